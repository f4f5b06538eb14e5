// Nodes that are not vetted, or not to be trusted, in young and in grown networks.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "placement/placement.hpp"
#include "unit/placement/candidates.hpp"

namespace mycostr::placement {
namespace {

constexpr std::uint32_t kNewcomersFrom = 1000;

/// The vetted ones are numbered from 0.
std::vector<Candidate> network(std::uint32_t vetted, std::uint32_t newcomers) {
  std::vector<Candidate> out;
  for (std::uint32_t i = 0; i < vetted; ++i) {
    out.push_back(candidate(i));
    out.back().vetted = true;
  }
  for (std::uint32_t i = 0; i < newcomers; ++i) out.push_back(candidate(kNewcomersFrom + i));
  return out;
}

std::size_t newcomers_among(const std::vector<NodeId>& picked) {
  return static_cast<std::size_t>(
      std::ranges::count_if(picked, [](const NodeId& id) { return id >= node_id(kNewcomersFrom); }));
}

/// Of so many chunks of three copies; checks that each has three holders.
struct Tally {
  int chunks_with_newcomers = 0;
  std::size_t most_in_a_chunk = 0;
};
Tally place(const std::vector<Candidate>& candidates, int chunks, const ChunkRequest& chunk = {.copies = 3}) {
  const Eligible eligible(candidates, anywhere(), {});
  SeededRandom random(7);
  Tally out;
  for (int i = 0; i < chunks; ++i) {
    const auto picked = eligible.pick(chunk, {}, random);
    EXPECT_EQ(picked.size(), chunk.copies);
    const auto newcomers = newcomers_among(picked);
    if (newcomers > 0) ++out.chunks_with_newcomers;
    out.most_in_a_chunk = std::max(out.most_in_a_chunk, newcomers);
  }
  return out;
}

std::map<NodeId, std::string_view> reasons(const std::vector<Candidate>& candidates) {
  std::map<NodeId, std::string_view> out;
  for (const auto& exclusion : Eligible(candidates, anywhere(), {}).explain({})) {
    EXPECT_FALSE(exclusion.detail.empty());
    out.emplace(exclusion.node, exclusion.reason);
  }
  return out;
}

TEST(Newcomers, AreNodesLikeOthersInAYoungNetwork) {
  auto candidates = network(0, 20);
  for (auto& c : candidates) c.trial_room = {};
  EXPECT_EQ(place(candidates, 100).most_in_a_chunk, 3U);
  EXPECT_TRUE(reasons(candidates).empty());
}

TEST(Newcomers, ChangeNoChoiceWhileNobodyIsVetted) {
  const auto young = network(0, 50);
  auto indifferent = young;
  for (auto& c : indifferent) {
    c.trial_room = {};
    c.weight /= 10;  // a new node's age
  }
  SeededRandom a(3);
  SeededRandom b(3);
  const Eligible first(young, anywhere(), {});
  const Eligible second(indifferent, anywhere(), {});
  for (int i = 0; i < 500; ++i)
    EXPECT_EQ(first.pick({.copies = 3}, {}, a), second.pick({.copies = 3}, {}, b));
}

TEST(Newcomers, GetOneCopyOfOneChunkInTwentyInAGrownNetwork) {
  const auto tally = place(network(10, 200), 20'000);
  EXPECT_EQ(tally.most_in_a_chunk, 1U);
  EXPECT_NEAR(tally.chunks_with_newcomers, 1000, 130) << "four standard deviations";
}

TEST(Newcomers, AreUsedWhereVettedNodesAreTooFew) {
  EXPECT_EQ(place(network(2, 20), 200).most_in_a_chunk, 3U);
  EXPECT_GT(place(network(3, 20), 100, {.copies = 5}).most_in_a_chunk, 1U);
  auto vetted_are_full = network(5, 20);
  for (auto& c : vetted_are_full) {
    if (c.vetted) c.free = {};
  }
  EXPECT_EQ(place(vetted_are_full, 100).most_in_a_chunk, 3U);
}

TEST(Newcomers, FillInWhereEnoughVettedOnesFailed) {
  const auto candidates = network(3, 20);
  const std::vector failed{node_id(1)};
  const auto tally = place(candidates, 100, {.copies = 3, .failed = failed});
  EXPECT_EQ(tally.chunks_with_newcomers, 100);
  EXPECT_EQ(tally.most_in_a_chunk, 1U);
}

TEST(Newcomers, NeverJoinOneThatHasACopyAlready) {
  const auto candidates = network(10, 200);
  const std::vector with_newcomer{node_id(kNewcomersFrom), node_id(0)};
  EXPECT_EQ(place(candidates, 2000, {.copies = 1, .held = with_newcomer}).chunks_with_newcomers, 0);
  const std::vector vetted_only{node_id(1), node_id(0)};
  EXPECT_NEAR(place(candidates, 2000, {.copies = 1, .held = vetted_only}).chunks_with_newcomers, 100, 40);
}

TEST(Newcomers, TakeNoMoreThanTheirTrialAllows) {
  auto candidates = network(10, 5);
  for (auto& c : candidates) {
    if (!c.vetted) c.trial_room = 1_MiB - ByteCount{1};
  }
  EXPECT_EQ(place(candidates, 2000).chunks_with_newcomers, 0);
  EXPECT_EQ(reasons(candidates).at(node_id(kNewcomersFrom)), "trial_full");
  candidates.back().trial_room = 2_MiB;
  const Eligible eligible(candidates, anywhere(), {});
  const auto last = candidates.back().id;
  SeededRandom random(7);
  for (int i = 0; i < 1000; ++i) {
    const auto picked = eligible.pick({.copies = 3}, {{last, 1_MiB + ByteCount{1}}}, random);
    EXPECT_EQ(newcomers_among(picked), 0U) << "what is under way to it counts";
  }
  EXPECT_GT(place(candidates, 2000).chunks_with_newcomers, 50);
}

TEST(Newcomers, ShareASubnetWithNobodyOfTheChunk) {
  auto candidates = network(4, 4);
  for (std::size_t i = 0; i < 4; ++i) candidates[4 + i].subnet = candidates[i].subnet;
  const Eligible eligible(candidates, anywhere(), {});
  SeededRandom random(7);
  for (int i = 0; i < 2000; ++i) {
    const auto picked = eligible.pick({.copies = 4}, {}, random);
    ASSERT_EQ(picked.size(), 4U);
    std::map<std::string, int> subnets;
    for (const auto& id : picked) ++subnets[std::ranges::find(candidates, id, &Candidate::id)->subnet];
    ASSERT_EQ(subnets.size(), 4U);
  }
}

TEST(Distrust, SuspendedAndDisqualifiedNodesGetNothingAnywhere) {
  for (const std::uint32_t vetted : {0U, 10U}) {
    auto candidates = network(vetted, 4);
    candidates[0].distrust = Distrust::suspended;
    candidates[1].distrust = Distrust::disqualified;
    candidates[1].reachable = false;
    const auto told = reasons(candidates);
    EXPECT_EQ(told.at(candidates[0].id), "suspended");
    EXPECT_EQ(told.at(candidates[1].id), "disqualified") << "what lasts comes first";
    const Eligible eligible(candidates, anywhere(), {});
    SeededRandom random(1);
    const auto picked = eligible.pick({.copies = 100}, {}, random);
    EXPECT_EQ(picked.size(), candidates.size() - 2);
    EXPECT_FALSE(std::ranges::count(picked, candidates[0].id) ||
                 std::ranges::count(picked, candidates[1].id));
  }
}

TEST(Distrust, BeingAwayMattersOnceTheNetworkHasGrown) {
  auto young = network(2, 3);
  young[2].distrust = Distrust::poorly_online;
  EXPECT_TRUE(reasons(young).empty());
  auto grown = network(3, 3);
  grown[3].distrust = Distrust::poorly_online;
  EXPECT_EQ(reasons(grown).at(grown[3].id), "poorly_online");
  for (auto& c : grown) c.distrust = Distrust::poorly_online;
  EXPECT_TRUE(reasons(grown).empty()) << "where all are away often, somebody has to keep it";
  EXPECT_EQ(place(grown, 100).most_in_a_chunk, 3U) << "and then newcomers are as good as they are";
}

}  // namespace
}  // namespace mycostr::placement
