// What goes wrong in a storm.
#pragma once

#include "sim/storm.hpp"

namespace mycostr::sim {

/// Loop thread only. References outlive it.
class Weather {
 public:
  Weather(SimWorld& world, const StormSettings& settings);

  /// Until the storm is over; whatever it broke may still be broken then.
  Task<> run();
  /// The sun comes out: all lines work, all nodes are up.
  Task<> clear_up();
  std::size_t crashes() const { return crashes_; }

 private:
  Task<> crash_one();
  Task<> partition_some();
  Task<> slow_one();
  Task<> wait_for_a_moment();
  std::size_t any_node() { return random_.below(world_.nodes().size()); }
  /// Owners that are at work are hit more often than their number: that is where the state is.
  std::size_t victim();

  SimWorld& world_;
  const StormSettings settings_;
  test::SeededRandom random_;
  std::size_t crashes_ = 0;
  async::TaskGroup events_;
};

}  // namespace mycostr::sim
