// A range of a file on its way out.
#pragma once

#include <deque>

#include "async/task_group.hpp"
#include "files/fetch.hpp"

namespace mycostr::files {

/// Fetches a window of chunks ahead of the one that is asked for. Loop thread only.
class Reader : public FileReader {
 public:
  Reader(Context& context, Catalog& catalog, const FileInfo& file, ByteRange range, Form form);

  Task<std::expected<std::optional<Buffer>, ReadFailure>> next() override;
  Task<> close() override;

 private:
  /// A chunk that was asked for.
  struct Slot {
    ChunkInfo chunk;
    async::Budget::Lease memory;
    std::optional<Result<Buffer>> result;
  };

  class Told;
  class Filled;

  Task<> fetch_ahead();
  Task<> fetch(std::shared_ptr<Slot> slot);
  bool may_ask_ahead() const;
  Task<Result<void>> read_rows();
  Buffer trimmed(std::uint64_t index, Buffer bytes) const;
  /// Bytes of the chunk in the form asked for.
  std::uint64_t size_in_form(const ChunkInfo& chunk) const;

  Context& context_;
  Catalog& catalog_;
  const FileInfo file_;
  const ByteRange range_;
  const Form form_;
  std::optional<crypto::FileSecrets> secrets_;
  std::uint64_t next_row_;
  const std::uint64_t end_chunk_;
  std::deque<ChunkInfo> rows_;
  std::deque<std::shared_ptr<Slot>> slots_;
  async::Budget::Lease handed_out_;  ///< of the piece that the caller works on
  std::optional<Error> broken_;      ///< the catalog could not be read
  bool started_ = false;
  bool all_asked_ = false;
  async::Signal changed_;
  async::TaskGroup tasks_;
};

}  // namespace mycostr::files
