// Nodes that come and go: each stays for a session, then another one takes its place elsewhere, with another
// key. None says goodbye.
#pragma once

#include "sim/dht_world.hpp"

namespace mycostr::sim {

/// How long sessions last. Weibull: many go soon, and those that have stayed are likely to stay, as measured
/// in live networks (Stutzbach and Rejaie, 2006: shapes of 0.4 to 0.6). Exponential: nobody's past tells
/// anything.
struct Sessions {
  double shape = 1;  ///< of the Weibull distribution; 1: exponential
  Duration median = std::chrono::hours(1);
  Duration draw(Random& random) const;
};

/// From now on the nodes of the world that are up have sessions. Outlives the world's run.
class DhtChurn {
 public:
  DhtChurn(DhtWorld& world, Sessions sessions);
  DhtChurn(const DhtChurn&) = delete;
  DhtChurn& operator=(const DhtChurn&) = delete;
  std::size_t departures() const { return departures_; }

 private:
  void end_later(std::size_t number);

  DhtWorld& world_;
  const Sessions sessions_;
  std::size_t departures_ = 0;
};

/// What a bucket must not hold: too many nodes, or too many of one subnet. Empty: all is well.
std::string broken_limits(const dht::RoutingTable& table, const dht::TableLimits& limits);

}  // namespace mycostr::sim
