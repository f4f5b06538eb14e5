// How fast, how well and at what cost ids are found, in networks of the shipped nodes.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "sim/dht_world.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

void kill_share(DhtWorld& world, double share) {
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (double(world.random().below(1000)) < share * 1000) world.node(i).stop();
  }
}

struct Case {
  std::size_t nodes;
  double stale;
  double median_s;  ///< to be beaten
  double recall;
  double requests;
};

LookupReport run(const Case& c, std::size_t lookups) {
  DhtWorld world(c.nodes + static_cast<std::size_t>(c.stale * 100));
  world.grow(c.nodes, c.nodes > 2000 ? 20ms : 100ms);
  world.run_for(60s);
  kill_share(world, c.stale);
  const auto report = measure_lookups(world, lookups, 100ms);
  fmt::print(
      "nodes {} stale {:.0f}%: p50 {:.3f} s, p95 {:.3f} s, recall {:.4f}, requests {:.1f}, closest found "
      "{:.4f}\n",
      c.nodes, c.stale * 100, report.median(), report.percentile(.95), report.recall, report.requests,
      report.success);
  return report;
}

void expect_better(const Case& c) {
  const auto report = run(c, 300);
  EXPECT_EQ(report.seconds.size(), 300U);
  EXPECT_LT(report.median(), c.median_s);
  EXPECT_GT(report.recall, c.recall);
  EXPECT_LT(report.requests, c.requests);
}

TEST(DhtLookup, IsFastAmongAThousand) {
  expect_better({1000, 0, .454, .995, 24 * 1.3});
}
TEST(DhtLookup, IsFastAmongAThousandWhenOneInTenIsGone) {
  expect_better({1000, .1, .8, .995, 24 * 1.3 + 5});
}
TEST(DhtLookup, IsFastAmongAThousandWhenThreeInTenAreGone) {
  expect_better({1000, .3, 3.1, .934, 24 * 1.3 + 20});
}

}  // namespace
}  // namespace mycostr::sim
