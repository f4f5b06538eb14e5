// One seed, one history.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include "sim/dht_churn.hpp"
#include "sim/dht_measure.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

struct History {
  std::uint64_t digest;
  std::uint64_t datagrams;
  bool operator==(const History&) const = default;
};

/// Something of everything: loss, nodes behind NAT, churn, lookups of both kinds.
History history_of(std::uint64_t seed) {
  DhtWorld world(seed);
  world.loss = .02;
  world.grow(100, 50ms);
  for (std::size_t i = 0; i < world.size(); i += 7) world.node(i).is_behind_nat = true;
  DhtChurn churn(world, {.shape = .5, .median = 5min});
  world.run_for(5min);
  measure_lookups(world, 50, 100ms, dht::Effort::disjoint_paths);
  measure_lookups(world, 50, 100ms);
  return {world.digest, world.datagrams};
}

TEST(DhtTrace, IsTheSameForTheSameSeed) {
  for (const std::uint64_t seed : {1, 2}) {
    const auto first = history_of(seed);
    fmt::print("seed {}: {} datagrams, digest {:016x}\n", seed, first.datagrams, first.digest);
    EXPECT_EQ(first, history_of(seed)) << "seed " << seed;
    EXPECT_NE(first.digest, history_of(seed + 100).digest) << "seed " << seed;
  }
}

}  // namespace
}  // namespace mycostr::sim
