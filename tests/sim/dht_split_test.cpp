// Networks that fall apart and meet again, and nodes that cannot be reached.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "sim/dht_measure.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kNodes = 300;

void grow_until(DhtWorld& world, std::size_t count) {
  world.grow(count - world.size(), 100ms);
  world.run_for(1min);
}

LookupReport expect_whole(DhtWorld& world, const std::string& when, double least_success) {
  const auto report = measure_lookups(world, 300, 100ms);
  fmt::print("{}: {}\n", when, to_string(report));
  EXPECT_EQ(report.seconds.size(), 300U) << when;
  EXPECT_GE(report.success, least_success) << when;
  return report;
}

/// After an hour most tables hold nobody of the other half any more; then it takes an introduction, as the
/// daemon's directory makes it: it goes on asking the nodes whose records it has.
TEST(DhtSplit, HealsAfterHalfAnHour) {
  for (const std::uint64_t seed : {1, 2}) {
    DhtWorld world(seed);
    grow_until(world, kNodes);
    world.passes = [](std::size_t a, std::size_t b) { return a % 2 == b % 2; };
    world.run_for(30min);
    const auto apart = measure_lookups(world, 100, 100ms);
    EXPECT_LT(apart.success, .7) << "the halves were not apart, seed " << seed;
    world.passes = nullptr;
    world.run_for(3h);
    expect_whole(world, fmt::format("seed {} three hours after healing", seed), .99);
  }
}

TEST(DhtSplit, InOneDirectionForSomePairsLeavesTheOthersAlone) {
  for (const std::uint64_t seed : {1, 2}) {
    DhtWorld world(seed);
    grow_until(world, kNodes);
    // One pair of twenty: what the greater hears, the lesser never does.
    world.passes = [](std::size_t a, std::size_t b) { return a < b || mixed(a * 1'000'003 + b) % 20 != 0; };
    world.run_for(10min);
    const auto report = expect_whole(world, fmt::format("seed {} with deaf pairs", seed), .93);
    EXPECT_LT(report.median(), 1);
    EXPECT_GT(report.recall, .93);
  }
}

TEST(DhtSplit, TwoNetworksBecomeOneByASingleIntroduction) {
  for (const std::uint64_t seed : {1, 2}) {
    DhtWorld world(seed);
    world.passes = [](std::size_t a, std::size_t b) { return (a < kNodes / 2) == (b < kNodes / 2); };
    world.grow(kNodes / 2, 100ms);
    auto& first = world.add();
    first.start();
    for (std::size_t i = kNodes / 2 + 1; i < kNodes; ++i) {
      auto& node = world.add();
      node.start();
      node.dht().join({world.node(kNodes / 2 + world.random().below(i - kNodes / 2)).address()});
      world.tick_at(node);
      world.run_for(100ms);
    }
    EXPECT_LT(measure_lookups(world, 100, 100ms).success, .7);
    world.passes = nullptr;
    world.node(3).dht().join({first.address()});
    world.tick_at(world.node(3));
    world.run_for(3h);
    expect_whole(world, fmt::format("seed {} three hours after the introduction", seed), .99);
  }
}

TEST(DhtNat, MakesClientsOfNodesThatCannotBeReached) {
  for (const std::uint64_t seed : {1, 2}) {
    DhtWorld world(seed);
    for (std::size_t i = 0; i < kNodes; ++i) {
      auto& node = world.add();
      node.is_behind_nat = i > 20 && world.random().chance(3, 10);
      node.start();
      if (i > 0) world.join(node);
      world.run_for(100ms);
    }
    world.run_for(2h);
    std::size_t hidden = 0;
    std::size_t mistaken = 0;
    std::size_t entries = 0;
    std::size_t wrong = 0;
    std::size_t wrong_and_relayed = 0;
    for (std::size_t i = 0; i < world.size(); ++i) {
      auto& node = world.node(i);
      hidden += node.is_behind_nat;
      mistaken += node.is_behind_nat == node.dht().reachability().is_server();
      for (std::size_t other = 0; other < world.size(); ++other) {
        const auto* entry = node.dht().table().find(world.node(other).id());
        if (entry == nullptr) continue;
        ++entries;
        wrong += world.node(other).is_behind_nat;
        wrong_and_relayed += world.node(other).is_behind_nat && entry->failures == 0;
      }
    }
    fmt::print(
        "seed {}: {} of {} behind NAT, {} nodes mistaken, {} of {} table entries behind NAT, {} relayed\n",
        seed, hidden, kNodes, mistaken, wrong, entries, wrong_and_relayed);
    EXPECT_GT(hidden, kNodes / 5);
    EXPECT_EQ(mistaken, 0U);
    EXPECT_LE(wrong, entries / 50) << "of nearly three in ten without the check";
    EXPECT_LE(wrong_and_relayed, entries / 1000);
    const auto report = expect_whole(world, fmt::format("seed {} with NAT", seed), .99);
    EXPECT_GT(report.recall, .99);
  }
}

}  // namespace
}  // namespace mycostr::sim
