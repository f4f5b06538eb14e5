// Holds a source to its share of the time, so that repair leaves it able to serve. Pure; loop thread only.
#pragma once

#include <unordered_map>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace mycostr::repair {

class SourcePacer {
 public:
  /// `fraction`: of the time, above 0 and at most 1.
  explicit SourcePacer(double fraction) : fraction_(fraction) {}

  /// The holder begins to send: it is not free until used().
  void begin(const NodeId& holder) { free_at_[holder] = SteadyTime::max(); }
  /// It sent from `began` to `ended`: free again when that is `fraction` of the time since `began`.
  void used(const NodeId& holder, SteadyTime began, SteadyTime ended);
  /// min() where it is free already.
  SteadyTime free_at(const NodeId& holder) const;
  /// Forgets who is free again.
  void prune(SteadyTime now);
  std::size_t size() const { return free_at_.size(); }

 private:
  const double fraction_;
  std::unordered_map<NodeId, SteadyTime> free_at_;
};

}  // namespace mycostr::repair
