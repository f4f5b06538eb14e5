// GET /payments/totals.
#pragma once

#include "api/answer.hpp"
#include "api/context.hpp"
#include "api/file_share.hpp"
#include "api/page.hpp"
#include "api/render.hpp"

namespace mycostr::api {

/// Loop thread only. References outlive it.
class TotalsHandler {
 public:
  /// By file: rows of chunks read for one answer, but for the last file's; and files in it. A page ends
  /// early.
  static constexpr std::uint64_t kMaxRows = 100'000;
  static constexpr std::size_t kMaxFiles = 100;

  explicit TotalsHandler(ApiContext& context) : context_(context) {}

  Task<Outcome<Answer>> totals(Parameters parameters);

 private:
  struct ByPeer {
    std::map<NodeId, TotalsLine> lines;
    std::map<NodeId, WallTime> counted_to;  ///< ends of the last statements that this node owes for
  };
  ByPeer by_peer() const;
  Outcome<Answer> peers(const Page& page) const;
  Outcome<Answer> days(const Page& page) const;
  Task<Outcome<Answer>> files(Page page) const;
  Task<Result<FilePlaces>> add_file(std::vector<TotalsLine>& lines, files::FileInfo file) const;

  ApiContext& context_;
};

}  // namespace mycostr::api
