#include "audit/selection.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "support/seeded_random.hpp"

namespace mycostr::audit {
namespace {

wire::Challenge challenge(std::uint64_t shards, std::uint32_t count, std::uint64_t seed = 1) {
  test::SeededRandom random(seed);
  return {.agreement = random.make<AgreementId>(),
          .epoch = 7,
          .serial = 0,
          .revision = 3,
          .root = random.make<Digest>(),
          .shards = shards,
          .nonce = random.make<Digest>(),
          .count = count,
          .kind = wire::AuditKind::plain};
}

std::vector<Position> positions(const wire::Challenge& challenge, std::vector<std::uint32_t> sizes) {
  return plain_positions(challenge, selection_seed(challenge, {}),
                         [&](std::uint64_t slot) { return sizes[slot % sizes.size()]; });
}

TEST(LeavesToAsk, FollowsTheRootWithinItsLimits) {
  EXPECT_EQ(leaves_to_ask(1, 64), 1U);
  EXPECT_EQ(leaves_to_ask(20, 64), 20U);
  EXPECT_EQ(leaves_to_ask(100, 64), 32U);
  EXPECT_EQ(leaves_to_ask(4096, 64), 32U);
  EXPECT_EQ(leaves_to_ask(4097, 64), 33U);
  EXPECT_EQ(leaves_to_ask(10'000, 64), 50U);
  EXPECT_EQ(leaves_to_ask(1'000'000, 64), 64U);
  EXPECT_EQ(leaves_to_ask(UINT64_MAX, 64), 64U);
  EXPECT_EQ(leaves_to_ask(1'000'000, 16), 16U);
}

/// docs/protocol.md: what other implementations compute from the same bytes.
TEST(Selection, IsAsTheProtocolSays) {
  wire::Challenge fixed = challenge(1000, 3);
  fixed.agreement.bytes.fill(1);
  fixed.root.bytes.fill(2);
  fixed.nonce.bytes.fill(3);
  NodeId holder;
  holder.bytes.fill(4);
  const auto seed = selection_seed(fixed, holder);
  EXPECT_EQ(seed.hex(), "234821f2b36e37b4403c227c1392f3db6a5a3d021ed209f2075ba16360f020c8");
  const auto at = plain_positions(fixed, seed, [](auto) { return 256U; });
  EXPECT_EQ(at, (std::vector<Position>{{95, 169}, {379, 146}, {950, 97}}));
}

TEST(SelectionSeed, DependsOnAllThatIsInIt) {
  const auto base = challenge(100, 32);
  NodeId holder;
  std::set<Digest> seeds{selection_seed(base, holder)};
  const auto with = [&](std::function<void(wire::Challenge&)> change) {
    auto changed = base;
    change(changed);
    seeds.insert(selection_seed(changed, holder));
  };
  with([](auto& c) { ++c.epoch; });
  with([](auto& c) { ++c.revision; });
  with([](auto& c) { c.agreement.bytes[0] ^= 1; });
  with([](auto& c) { c.root.bytes[0] ^= 1; });
  with([](auto& c) { c.nonce.bytes[0] ^= 1; });
  holder.bytes[0] = 1;
  seeds.insert(selection_seed(base, holder));
  EXPECT_EQ(seeds.size(), 7U);
}

TEST(PlainPositions, AreOfDifferentShardsWhileThereAreEnough) {
  for (const std::uint64_t shards : {32ULL, 33ULL, 64ULL, 1000ULL, 4ULL << 20}) {
    const auto ask = challenge(shards, 32, shards);
    const auto at = positions(ask, {256, 1, 1024});
    ASSERT_EQ(at.size(), 32U);
    std::vector<std::uint64_t> slots;
    for (const auto& position : at) {
      slots.push_back(position.slot);
      EXPECT_LT(position.slot, shards);
      EXPECT_LT(position.leaf, (std::vector<std::uint32_t>{256, 1, 1024})[position.slot % 3]);
    }
    EXPECT_EQ(slots, plain_slots(ask, selection_seed(ask, {})));
    EXPECT_TRUE(std::ranges::is_sorted(slots, std::ranges::less_equal()) || shards == 32);
    EXPECT_EQ(std::set(slots.begin(), slots.end()).size(), 32U);
  }
}

TEST(PlainPositions, OfFewShardsAskEachOfThemAlike) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto at = positions(challenge(10, 32, seed), {256});
    ASSERT_EQ(at.size(), 32U);
    EXPECT_EQ(std::set(at.begin(), at.end()).size(), 32U) << "all different";
    std::map<std::uint64_t, int> of_slot;
    for (const auto& position : at) ++of_slot[position.slot];
    EXPECT_EQ(of_slot.size(), 10U);
    for (const auto& [slot, count] : of_slot) EXPECT_TRUE(count == 3 || count == 4);
  }
}

TEST(PlainPositions, TakeAllLeavesWhereThereAreNoMore) {
  EXPECT_EQ(positions(challenge(1, 64), {1}), (std::vector<Position>{{0, 0}}));
  EXPECT_EQ(positions(challenge(3, 64), {2, 1, 3}),
            (std::vector<Position>{{0, 0}, {0, 1}, {1, 0}, {2, 0}, {2, 1}, {2, 2}}));
  EXPECT_EQ(positions(challenge(2, 64), {1, 63}).size(), 64U);
  EXPECT_EQ(positions(challenge(63, 64), {1}).size(), 63U);
}

/// Pearson's chi-squared of slots and leaves drawn many times, within 5 deviations of what is uniform.
TEST(PlainPositions, AreUniform) {
  constexpr int kRuns = 2000;
  constexpr std::uint64_t kShards = 50;
  constexpr std::uint32_t kLeaves = 16;
  std::map<Position, int> seen;
  for (int run = 0; run < kRuns; ++run) {
    for (const auto& at : positions(challenge(kShards, 32, 1000 + static_cast<unsigned>(run)), {kLeaves}))
      ++seen[at];
  }
  const double cells = kShards * kLeaves;
  const double expected = kRuns * 32.0 / cells;
  double chi = (cells - static_cast<double>(seen.size())) * expected;
  for (const auto& [at, count] : seen) chi += (count - expected) * (count - expected) / expected;
  EXPECT_NEAR(chi, cells, 5 * std::sqrt(2 * cells));
}

TEST(Chain, NextStepsDependOnTheBytes) {
  Digest seed;
  Chain a(1'000'000, seed);
  Chain b(1'000'000, seed);
  EXPECT_EQ(a.slot(), b.slot());
  EXPECT_EQ(a.leaf(256), b.leaf(256));
  a.advance(Bytes(kLeafSize, 1));
  b.advance(Bytes(kLeafSize, 2));
  EXPECT_NE(a.slot(), b.slot());
}

}  // namespace
}  // namespace mycostr::audit
