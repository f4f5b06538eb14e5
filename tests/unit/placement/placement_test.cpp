#include "placement/placement.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "unit/placement/candidates.hpp"

namespace mycostr::placement {
namespace {

using namespace std::chrono_literals;

std::map<NodeId, std::string_view> reasons(const Eligible& eligible, const ChunkRequest& chunk = {}) {
  std::map<NodeId, std::string_view> out;
  for (const auto& exclusion : eligible.explain(chunk)) {
    EXPECT_FALSE(exclusion.detail.empty());
    EXPECT_TRUE(out.emplace(exclusion.node, exclusion.reason).second) << "told twice";
  }
  return out;
}

/// How often each node is picked in `rounds` chunks of one copy.
std::map<NodeId, int> picks(const std::vector<Candidate>& candidates, int rounds, const Load& load = {}) {
  const Eligible eligible(candidates, anywhere(), {});
  SeededRandom random(1);
  std::map<NodeId, int> out;
  for (int i = 0; i < rounds; ++i) ++out[eligible.pick({.copies = 1}, load, random).at(0)];
  return out;
}

TEST(Placement, SaysWhyANodeDoesNotServe) {
  std::vector<Candidate> candidates;
  for (std::uint32_t i = 0; i < 8; ++i) candidates.push_back(candidate(i));
  candidates[1].capacity = {};
  candidates[2].location = parse_location("FR");
  candidates[3].reachable = false;
  candidates[4].accepting = false;
  candidates[5].free = 1_MiB - ByteCount{1};
  candidates[6].location.reset();
  Request request{.self = node_id(0), .areas = {parse_area("DE").value()}, .shard_size = 1_MiB};

  const Eligible eligible(candidates, request, {});
  EXPECT_EQ(eligible.available(), 1);
  const std::map<NodeId, std::string_view> expected{
      {node_id(0), "own_node"},      {node_id(1), "no_capacity"}, {node_id(2), "wrong_location"},
      {node_id(3), "offline"},       {node_id(5), "full"},        {node_id(4), "not_accepting"},
      {node_id(6), "wrong_location"}};
  EXPECT_EQ(reasons(eligible), expected);
  SeededRandom random(1);
  EXPECT_EQ(eligible.pick({.copies = 3}, {}, random), std::vector{node_id(7)});
}

TEST(Placement, WithoutCandidatesPicksNone) {
  const Eligible eligible({}, anywhere(), {});
  SeededRandom random(1);
  EXPECT_EQ(eligible.available(), 0);
  EXPECT_TRUE(eligible.pick({.copies = 3}, {}, random).empty());
  EXPECT_TRUE(eligible.explain({}).empty());
}

TEST(Placement, TakesOneNodeOfASubnet) {
  std::vector<Candidate> candidates;
  for (std::uint32_t i = 0; i < 6; ++i) candidates.push_back(candidate(i));
  for (std::uint32_t i = 0; i < 4; ++i) candidates[i].subnet = "10.0.0.0/24";
  SeededRandom random(1);

  const Eligible strict(candidates, anywhere(), {});
  EXPECT_EQ(strict.available(), 3);
  for (int round = 0; round < 100; ++round) EXPECT_EQ(strict.pick({.copies = 6}, {}, random).size(), 3);
  EXPECT_EQ(std::ranges::count(strict.explain({}), "same_subnet", &Exclusion::reason), 3);

  const Eligible loose(candidates, anywhere(), {.distinct_subnets = false});
  EXPECT_EQ(loose.available(), 6);
  EXPECT_EQ(loose.pick({.copies = 6}, {}, random).size(), 6);
  EXPECT_TRUE(loose.explain({}).empty());
}

TEST(Placement, ReplacesAHolderWithoutItsSubnetMates) {
  std::vector<Candidate> candidates;
  for (std::uint32_t i = 0; i < 5; ++i) candidates.push_back(candidate(i));
  candidates[1].subnet = candidates[0].subnet;
  candidates[3].reachable = false;
  candidates[4].subnet = candidates[3].subnet;
  const Eligible eligible(candidates, anywhere(), {});
  // The chunk lies at 0 and at 3 (offline now), and 2 has just failed: nobody is left.
  const std::vector held{node_id(0), node_id(3), node_id(99)};
  const std::vector failed{node_id(2)};
  SeededRandom random(1);
  EXPECT_TRUE(eligible.pick({.copies = 1, .held = held, .failed = failed}, {}, random).empty());
  const std::map<NodeId, std::string_view> expected{{node_id(0), "already_holds"},
                                                    {node_id(1), "same_subnet"},
                                                    {node_id(2), "failed"},
                                                    {node_id(3), "offline"},
                                                    {node_id(4), "same_subnet"}};
  EXPECT_EQ(reasons(eligible, {.copies = 1, .held = held, .failed = failed}), expected);
  EXPECT_EQ(eligible.pick({.copies = 1, .held = held}, {}, random), failed);
}

TEST(Placement, SpreadsOverContinentsThenCountries) {
  // Many in Germany, one elsewhere each.
  std::vector<Candidate> candidates;
  for (std::uint32_t i = 0; i < 200; ++i) candidates.push_back(candidate(i));
  candidates.push_back(candidate(200, "JP"));
  candidates.push_back(candidate(201, "FR/Paris"));
  const Eligible eligible(candidates, anywhere(), {});
  SeededRandom random(1);
  for (int round = 0; round < 300; ++round) {
    const auto three = eligible.pick({.copies = 3}, {}, random);
    ASSERT_EQ(three.size(), 3);
    EXPECT_TRUE(std::ranges::count(three, node_id(200))) << round;
    EXPECT_TRUE(std::ranges::count(three, node_id(201))) << round;
    const std::vector first{node_id(0)};
    EXPECT_EQ(eligible.pick({.copies = 1, .held = first}, {}, random), std::vector{node_id(200)});
    const std::vector held{node_id(0), node_id(200)};
    EXPECT_EQ(eligible.pick({.copies = 1, .held = held}, {}, random), std::vector{node_id(201)});
  }
  // Nowhere else to go is no reason to fail.
  EXPECT_EQ(eligible.pick({.copies = 16}, {}, random).size(), 16);
}

TEST(Placement, AnUnknownLocationIsNoNewRegion) {
  std::vector<Candidate> candidates{candidate(0), candidate(1), candidate(2, "FR"), candidate(3)};
  candidates[3].location.reset();
  const Eligible eligible(candidates, anywhere(), {});
  SeededRandom random(1);
  const std::vector held{node_id(0)};
  for (int round = 0; round < 50; ++round) {
    EXPECT_EQ(eligible.pick({.copies = 1, .held = held}, {}, random), std::vector{node_id(2)});
  }
  EXPECT_EQ(eligible.pick({.copies = 3, .held = held}, {}, random).size(), 3);
}

TEST(Placement, SpreadsEvenlyOverEqualNodes) {
  for (const std::uint32_t count : {10U, 100U}) {
    std::vector<Candidate> candidates;
    for (std::uint32_t i = 0; i < count; ++i) candidates.push_back(candidate(i));
    const Eligible eligible(candidates, anywhere(), {});
    SeededRandom random(7);
    std::map<NodeId, double> times;
    const int rounds = 20'000;
    for (int i = 0; i < rounds; ++i) {
      for (const auto& id : eligible.pick({.copies = 3}, {}, random)) ++times[id];
    }
    const double expected = 3.0 * rounds / count;
    double chi_square = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      chi_square += (times[node_id(i)] - expected) * (times[node_id(i)] - expected) / expected;
    }
    EXPECT_LT(chi_square, 2.0 * count) << count;
  }
}

TEST(Placement, PrefersFreeSpaceWeightAndNearness) {
  std::vector<Candidate> candidates{candidate(0), candidate(1), candidate(2), candidate(3)};
  candidates[0].free = 900_GiB;
  EXPECT_EQ(picks(candidates, 4000)[node_id(0)] / 100, 20);  // It wins every pair it is in: half of them.
  candidates[0].free = 100_GiB;
  EXPECT_EQ(picks(candidates, 1000)[node_id(0)], 0);
  candidates[0] = candidate(0);
  candidates[0].weight = 0.5;
  EXPECT_EQ(picks(candidates, 1000)[node_id(0)], 0);
  candidates[0].weight = 2;
  candidates[0].rtt = 150ms;
  EXPECT_GT(picks(candidates, 1000)[node_id(0)], 400);
  candidates[0].rtt = 1s;  // 2 x 0.3
  EXPECT_EQ(picks(candidates, 1000)[node_id(0)], 0);
  candidates[0].weight = 4;  // 4 x 0.3: no node is so far that nothing makes up for it.
  EXPECT_GT(picks(candidates, 1000)[node_id(0)], 400);
}

TEST(Placement, AClaimOfMoreFreeThanCapacityIsWorthNoMoreThanAnEmptyDisk) {
  std::vector<Candidate> candidates{candidate(0), candidate(1)};
  candidates[0].capacity = ByteCount{1};
  candidates[0].free = ByteCount{UINT64_MAX};
  candidates[1].free = candidates[1].capacity;
  const auto times = picks(candidates, 1000);
  EXPECT_GT(times.at(node_id(0)), 400);
  EXPECT_GT(times.at(node_id(1)), 400);
}

TEST(Placement, LoadShiftsTheChoiceAndCountsAsUsed) {
  std::vector<Candidate> candidates{candidate(0), candidate(1), candidate(2)};
  EXPECT_EQ(picks(candidates, 1000, {{node_id(0), 1_MiB}})[node_id(0)], 0);
  candidates[0].free = 3_MiB;
  candidates[0].capacity = 3_MiB;
  EXPECT_GT(picks(candidates, 100)[node_id(0)], 0);
  const std::vector one{candidates[0]};
  const Eligible eligible(one, anywhere(), {});
  SeededRandom random(1);
  EXPECT_EQ(eligible.pick({.copies = 1}, {{node_id(0), 2_MiB}}, random).size(), 1);
  EXPECT_TRUE(eligible.pick({.copies = 1}, {{node_id(0), 3_MiB}}, random).empty());
  EXPECT_TRUE(eligible.pick({.copies = 1}, {{node_id(0), 4_MiB}}, random).empty());
}

TEST(Placement, IsQuickWithThousandsOfNodes) {
  const std::string_view places[] = {"DE", "FR", "US-CA", "JP", "BR", "ZA", "AU", "IN"};
  std::vector<Candidate> candidates;
  for (std::uint32_t i = 0; i < 5000; ++i) candidates.push_back(candidate(i, places[i % std::size(places)]));
  const Eligible eligible(candidates, anywhere(), {});
  SeededRandom random(1);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(eligible.pick({.copies = 3}, {}, random).size(), 3);
  const std::chrono::nanoseconds each = (std::chrono::steady_clock::now() - start) / 1000;
  EXPECT_LT(each,
            1ms);  // A debug build takes a twentieth of it: only a walk over all nodes for each copy fails.
  RecordProperty("nanoseconds_per_pick", static_cast<int>(each.count()));
}

}  // namespace
}  // namespace mycostr::placement
