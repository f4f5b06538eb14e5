// Nodes come and go, half of them within an hour.
#include "sim/dht_churn.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "sim/dht_measure.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

#ifdef NDEBUG
constexpr std::size_t kNodes = 1000;
#else
constexpr std::size_t kNodes = 200;
#endif
constexpr std::size_t kRounds = 3;
constexpr std::size_t kLookups = 400;

/// Subnets shared by several nodes, so that the limits have something to limit.
UdpAddress crowded_address(std::size_t number) {
  return {
      IpAddress::v4(9, 9, static_cast<std::uint8_t>(number / 8), static_cast<std::uint8_t>(number % 8 + 1)),
      4081};
}

void expect_found(std::uint64_t seed, Sessions sessions) {
  DhtWorld world(seed);
  world.grow(kNodes, 100ms);
  DhtChurn churn(world, sessions);
  double success = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    world.run_for(20min);
    const auto report = measure_lookups(world, kLookups, 1s, dht::Effort::one_path, 1min);
    fmt::print("seed {} shape {} after {:.1f} h, {} gone: {}\n", seed, sessions.shape,
               to_seconds(world.now().time_since_epoch()) / 3600, churn.departures(), to_string(report));
    EXPECT_GT(report.recall, .98);
    EXPECT_LT(report.median(), 1.6);
    success += report.success / kRounds;
  }
  EXPECT_GE(success, .999);
  EXPECT_GT(churn.departures(), kNodes / 2);
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (world.node(i).is_up()) EXPECT_EQ(broken_limits(world.node(i).dht().table(), {}), "");
  }
  const auto bytes = stop_all_and_weigh(world);
  fmt::print("heap per node {:.1f} KiB\n", bytes / 1024);
#ifdef NDEBUG
  EXPECT_LT(bytes, 64 * 1024);
#endif
}

TEST(DhtChurn, LeavesLookupsWhole) {
  expect_found(1, {.shape = 1});
}
/// In the bench program at greater length.
TEST(DhtChurn, OfManyShortSessionsLeavesLookupsWhole) {
  expect_found(2, {.shape = .5});
}

TEST(DhtChurn, KeepsCrowdedSubnetsWithinTheirLimits) {
  DhtWorld world(3);
  for (std::size_t i = 0; i < 240; ++i) {
    auto& node = world.add({}, crowded_address(i));
    node.start();
    if (i > 0) world.join(node);
    world.run_for(100ms);
  }
  DhtChurn churn(world, {.median = 10min});
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < world.size(); ++i) {
      EXPECT_EQ(broken_limits(world.node(i).dht().table(), {}), "");
    }
    world.run_for(5min);
  }
  EXPECT_GT(churn.departures(), 100U);
}

}  // namespace
}  // namespace mycostr::sim
