// Since when something has waited for a holder that signed nothing: rows gw/<holder>. What is in no agreement
// its holder deletes after 30 days (holder::Unclaimed), perhaps all holders within a day of one another, so
// the owner must not count on it for long.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "agreement/join_queue.hpp"
#include "mycostr/clock.hpp"

namespace mycostr::agreement {

/// Loop thread only. References outlive it.
class WaitingWatch {
 public:
  /// Less than half of those 30 days: the rest is for making copies elsewhere.
  static constexpr Duration kLongestWait = std::chrono::days(14);

  WaitingWatch(Clock& clock, MetaStore& meta) : clock_(clock), meta_(meta) {}

  /// Once. Errors: io.
  Task<Result<void>> open();
  /// The time of this holder begins anew.
  void has_signed(const NodeId& holder) { signed_.insert(holder); }
  /// Whether look() has nothing to forget.
  bool empty() const { return since_.empty(); }
  /// Call now and then: takes note of those for whom something waits, and forgets all others. Returns those
  /// for whom something has waited too long. Errors: io.
  Task<Result<std::vector<NodeId>>> look(std::map<NodeId, ByteCount> waiting);

 private:
  Clock& clock_;
  MetaStore& meta_;
  std::map<NodeId, WallTime> since_;  ///< as on disk
  std::set<NodeId> signed_;           ///< since the last look
};

}  // namespace mycostr::agreement
