// The DHT at scale, in the simulator: what docs/dht.md reports and what is too long for every test run.
//
// usage: bench_dht lookups NODES [SEED]          how fast and how well ids are found, with 0, 10 and 30% gone
//        bench_dht churn NODES HOURS [PERCENT [SEED]]
//                nodes that come and go after sessions of a Weibull distribution of that shape (100:
//                exponential)
//        bench_dht eclipse NODES [SEED]          attackers' keys next to a target against success
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <cstring>

#include "sim/dht_churn.hpp"
#include "sim/dht_eclipse.hpp"
#include "sim/dht_measure.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

void lookups(std::size_t nodes, std::uint64_t seed) {
  const auto began = std::chrono::steady_clock::now();
  const auto machine = [&] { return to_seconds(std::chrono::steady_clock::now() - began); };
  DhtWorld world(seed);
  world.grow(nodes, Duration(200s) / nodes);
  world.run_for(30s);
  fmt::print("{} nodes, seed {}: grown in {:.0f} s with {} datagrams\n", nodes, seed, machine(),
             world.datagrams);
  for (const double stale : {0.0, .1, .3}) {
    kill_until(world, stale);
    const auto report = measure_lookups(world, 1000, 20ms);
    fmt::print("stale {:.0f}%: {}\n", stale * 100, to_string(report));
  }
  fmt::print("heap per node {:.1f} KiB, {:.0f} s in all\n", stop_all_and_weigh(world) / 1024, machine());
}

void churn(std::size_t nodes, std::size_t hours, double shape, std::uint64_t seed) {
  DhtWorld world(seed);
  world.grow(nodes, Duration(200s) / nodes);
  const DhtChurn coming_and_going(world, {.shape = shape});
  double success = 0;
  for (std::size_t hour = 1; hour <= hours; ++hour) {
    const auto until = SteadyTime() + hour * Duration(1h);
    if (until - world.now() > 10min) world.run_for(until - world.now() - 10min);
    const auto report = measure_lookups(world, 500, 1s, dht::Effort::one_path, 1min);
    success += report.success / double(hours);
    fmt::print("hour {}, {} gone: {}\n", hour, coming_and_going.departures(), to_string(report));
  }
  std::size_t broken = 0;
  for (std::size_t i = 0; i < world.size(); ++i)
    broken += !broken_limits(world.node(i).dht().table(), {}).empty();
  fmt::print(
      "{} nodes, {} h, shape {}, seed {}: closest found {:.5f}, {} tables over their limits, {:.1f} KiB a "
      "node\n",
      nodes, hours, shape, seed, success, broken, stop_all_and_weigh(world) / 1024);
}

void eclipses(std::size_t nodes, std::uint64_t seed) {
  for (const bool one_subnet : {false, true}) {
    for (const bool before : {true, false}) {
      fmt::print("{}, {} the victim\n", one_subnet ? "one /24" : "distinct /24s",
                 before ? "before" : "after");
      for (const std::size_t keys : {1, 2, 4, 8, 16, 32, 64}) {
        const auto result = eclipse({keys, one_subnet, before, 5, nodes, seed});
        fmt::print("{:2} keys: node {:.3f}, pointer {:.3f}, {:.0f} tries a key\n", keys, result.node_found,
                   result.pointer_found, result.keys_tried);
      }
    }
  }
}

}  // namespace
}  // namespace mycostr::sim

int main(int argc, char** argv) {
  const auto number = [&](int at, std::uint64_t otherwise) {
    return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
  };
  const std::string_view what = argc > 2 ? argv[1] : "";
  if (what == "lookups") {
    mycostr::sim::lookups(number(2, 1000), number(3, 1));
  } else if (what == "churn") {
    mycostr::sim::churn(number(2, 1000), number(3, 2), double(number(4, 100)) / 100, number(5, 1));
  } else if (what == "eclipse") {
    mycostr::sim::eclipses(number(2, 300), number(3, 1));
  } else {
    fmt::print(stderr,
               "usage: bench_dht lookups|churn|eclipse NODES ..., see the head of tests/bench/dht.cpp\n");
    return 2;
  }
}
