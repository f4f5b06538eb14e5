// What the operator sets.
#pragma once

#include "base/time.hpp"
#include "wire/audit.hpp"

namespace mycostr::audit {

struct Settings {
  Duration period = std::chrono::hours(1);       ///< audit.period: an epoch; the same in the whole network
  Duration deadline = std::chrono::seconds(15);  ///< audit.deadline, for a whole answer
  std::uint32_t max_leaves = wire::kMaxAuditLeaves;  ///< audit.max_leaves, 1 to kMaxAuditLeaves
  Duration contain_for = std::chrono::hours(6);      ///< audit.contain_for: then silence is failure
  std::size_t kept_audits = 10'000;                  ///< in the list, of each role
  std::size_t kept_transcripts = 1'000;  ///< of those that passed, and as many of those that failed
};

/// Transcripts of audits that passed are kept for this many epochs.
inline constexpr std::uint64_t kTranscriptEpochs = 72;
/// A chained audit is made once in this many epochs.
inline constexpr std::uint64_t kChainedEvery = 24;

inline std::uint64_t epoch_at(WallTime time, Duration period) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(period).count();
  const auto since = to_unix_ms(time);
  return since <= 0 || ms <= 0 ? 0 : static_cast<std::uint64_t>(since / ms);
}

/// How many epochs old the challenge may be that a contained holder is asked again. Holders answer for one
/// more: clocks differ.
inline std::uint64_t epochs_contained(const Settings& settings) {
  return static_cast<std::uint64_t>((settings.contain_for + settings.period - Duration(1)) /
                                    settings.period) +
         1;
}

}  // namespace mycostr::audit
