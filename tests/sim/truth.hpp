// Tells the directories of a world without a DHT who lives: what probes would find out, at a fraction of
// their cost.
#pragma once

#include <set>

#include "sim/world.hpp"

namespace mycostr::sim {

/// Loop thread only. References outlive it.
class Truth {
 public:
  explicit Truth(SimWorld& world) : world_(world) {}

  /// Every five minutes tells the first `owners` nodes of all others. Until cancelled.
  Task<> run(std::size_t owners);
  /// A node that has just been born becomes known.
  void introduce(std::size_t newcomer, std::size_t owners);
  /// A node that has started again hears of everybody.
  void introduce_all_to(std::size_t owner);
  /// Owner 0 does not reach the node, until join().
  void part(std::size_t node) { parted_.insert(node); }
  void join() { parted_.clear(); }

 private:
  void tell(std::size_t owner);

  SimWorld& world_;
  std::set<std::size_t> parted_;  ///< from owner 0
};

}  // namespace mycostr::sim
