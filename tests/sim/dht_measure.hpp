// What is measured of a simulated DHT.
#pragma once

#include "sim/dht_world.hpp"

namespace mycostr::sim {

/// What a number of lookups came to.
struct LookupReport {
  std::size_t asked = 0;
  std::vector<double> seconds;  ///< of those that ended, sorted
  double recall = 0;            ///< of the true closest, found
  double requests = 0;          ///< of each
  double success = 0;           ///< share that found the very closest node
  double percentile(double p) const {
    return seconds.empty() ? 0 : seconds[static_cast<std::size_t>(p * double(seconds.size() - 1))];
  }
  double median() const { return percentile(.5); }
};

/// "p50 0.436 s, p95 ..."
std::string to_string(const LookupReport& report);

/// `count` lookups of random ids from random nodes, `between` apart. What is true is what is true when a
/// lookup begins, less what has gone when it ends; nodes younger than `settled` are not yet expected to be
/// found. A lookup whose node goes is not counted.
LookupReport measure_lookups(DhtWorld& world, std::size_t count, Duration between,
                             dht::Effort effort = dht::Effort::one_path, Duration settled = Duration(0));

/// Stops random nodes until this share of all is down.
void kill_until(DhtWorld& world, double share);

/// Bytes on the heap for each node that is up: all are stopped to see how much memory that frees.
double stop_all_and_weigh(DhtWorld& world);

}  // namespace mycostr::sim
