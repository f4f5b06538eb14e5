// Attackers among the nodes: many at random places, and few next to one target.
#include "sim/dht_adversary.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "dht/distance.hpp"
#include "sim/dht_eclipse.hpp"
#include "sim/dht_measure.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

/// `share` of all nodes are attackers, each in a subnet of its own.
LookupReport among_sybils(std::uint64_t seed, double share, dht::Effort effort) {
  constexpr std::size_t kNodes = 500;
  DhtWorld world(seed);
  DhtAdversary adversary(world);
  world.grow(kNodes, 100ms);
  for (std::size_t i = 0; double(i) < kNodes * share / (1 - share); ++i) adversary.add();
  adversary.join({});
  world.run_for(10min);
  const auto report = measure_lookups(world, 1000, 50ms, effort);
  fmt::print("seed {} {:.0f}% sybils, {}: {}\n", seed, share * 100,
             effort == dht::Effort::one_path ? "one path" : "disjoint paths", to_string(report));
  return report;
}

TEST(DhtSybils, OfAFifthFailToHideNodesFromDisjointPaths) {
  for (const std::uint64_t seed : {1, 2}) {
    EXPECT_GE(among_sybils(seed, .2, dht::Effort::disjoint_paths).success, .999) << "seed " << seed;
  }
}

TEST(DhtSybils, OfAHalfHideFew) {
  EXPECT_GE(among_sybils(1, .5, dht::Effort::disjoint_paths).success, .9);
}

TEST(DhtEclipse, FewKeysHideNeitherANodeNorAPointer) {
  for (const std::size_t keys : {1, 4, 8}) {
    const auto result = eclipse({.keys = keys, .trials = 4, .nodes = 300, .seed = keys});
    fmt::print("{} keys: node {:.3f}, pointer {:.3f}\n", keys, result.node_found, result.pointer_found);
    EXPECT_GE(result.node_found, .95);
    EXPECT_GE(result.pointer_found, .95);
  }
}

TEST(DhtEclipse, ManyKeysOfOneSubnetHideNothing) {
  const auto result = eclipse({.keys = 64, .one_subnet = true, .trials = 4, .nodes = 300, .seed = 5});
  fmt::print("64 keys of one subnet: node {:.3f}, pointer {:.3f}\n", result.node_found, result.pointer_found);
  EXPECT_GE(result.node_found, .95);
  EXPECT_GE(result.pointer_found, .95);
}

}  // namespace
}  // namespace mycostr::sim
