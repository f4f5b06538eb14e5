// How this node stands, as a holder, with each owner: the newest signed verdict of each, in the rows v/<owner
// id>.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mycostr/clock.hpp"
#include "mycostr/transport.hpp"
#include "reputation/node_table.hpp"
#include "reputation/score.hpp"
#include "reputation/table_rows.hpp"

namespace mycostr::reputation {

inline constexpr std::size_t kMaxOwnersInStanding = 10'000;
/// An owner that said nothing for so long is not warned of; after kKeepVerdicts it is forgotten.
inline constexpr auto kVerdictMatters = std::chrono::days(7);
inline constexpr auto kKeepVerdicts = std::chrono::days(90);
/// So near above a cut-off a warning is given.
inline constexpr double kIntegrityWarning = 0.005;
inline constexpr double kOnlineWarning = 0.01;

/// Negative: below the cut-off already.
struct OwnersWord {
  NodeId owner;
  wire::Verdict verdict;
  double integrity = 0;
  double online = 0;
  double to_suspension = 0;        ///< integrity - 0.98
  double to_disqualification = 0;  ///< integrity - 0.95
  double to_no_new_data = 0;       ///< online - 0.95
  double to_lost = 0;              ///< online - 0.6
};

/// Loop thread only. References outlive it.
class Standing {
 public:
  /// `has_agreement`: whether this node keeps shards of that owner under that agreement; the word of others
  /// is not heard.
  Standing(Clock& clock, MetaStore& store, NodeId self,
           std::function<bool(const NodeId& owner, const AgreementId&)> has_agreement);

  /// Reads the rows; those that are none are deleted. Once, before run(). Errors: io, corrupt.
  Task<Result<void>> open();
  /// Saves what has changed within a minute. Until cancelled: then it saves once more.
  Task<> run();

  /// Operation "audits/verdict". Errors: invalid, forbidden (not of the caller, not about this node, no such
  /// agreement), conflict (older than the known one, or of the future).
  Result<PeerReply> handle_verdict(const PeerRequest& request);

  /// By owner's id.
  std::vector<OwnersWord> list() const;
  /// One line each, for people: with whom this node is near a cut-off or below it, worst first, at most 10.
  std::vector<std::string> warnings() const;

 private:
  struct Word {
    Bytes encoded;
    wire::Verdict verdict;
    WallTime last_used() const { return verdict.at; }
  };
  static std::string encode_row(const Word& word);
  static std::optional<Word> decode_row(ByteView row);
  Task<> save_or_log();
  void drop_old();

  Clock& clock_;
  const NodeId self_;
  const std::function<bool(const NodeId&, const AgreementId&)> has_agreement_;
  NodeTable<Word> words_;
  TableRows<Word> rows_;
};

}  // namespace mycostr::reputation
