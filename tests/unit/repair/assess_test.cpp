#include <gtest/gtest.h>

#include "parts.hpp"

namespace mycostr::repair::test {
namespace {

TEST(Assess, NothingIsMissingWhereAllAreThere) {
  HoldersRun run(12);
  const auto found = run.assess(chunk_on({1, 2, 3}));
  EXPECT_EQ(found.live, 3);
  EXPECT_FALSE(found.has_work());
}

TEST(Assess, HoldersNotKnownYetAreWell) {
  const Holders holders({}, kStart);
  EXPECT_EQ(assess(chunk_on({1, 2, 3}), holders, kStart).live, 3);
}

TEST(Assess, WaitsForTheGraceAtTwoCopies) {
  HoldersRun run(12);
  const auto chunk = chunk_on({1, 2, 3});
  run.silence(1);
  run.pass(minutes(16) + hours(4) - minutes(1));
  EXPECT_EQ(run.assess(chunk).live, 2);
  EXPECT_EQ(run.assess(chunk).missing, 0);
  run.pass(minutes(1));
  const auto found = run.assess(chunk);
  EXPECT_EQ(found.missing, 1);
  EXPECT_EQ(found.reason, Reason::offline);
  EXPECT_EQ(found.from, node(1));
  EXPECT_EQ(found.shard, shard_on(chunk, 1));
}

TEST(Assess, WaitsForTheShortGraceAtOneCopyAndThenMakesOne) {
  HoldersRun run(12);
  const auto chunk = chunk_on({1, 2, 3});
  run.silence(1);
  run.silence(2);
  run.pass(minutes(16) + minutes(29));
  EXPECT_EQ(run.assess(chunk).live, 1);
  EXPECT_EQ(run.assess(chunk).missing, 0);
  run.pass(minutes(1));
  EXPECT_EQ(run.assess(chunk).missing, 1);
  // With a second copy made there is time for those that may come back.
  EXPECT_EQ(run.assess(chunk_on({1, 2, 3, 4})).missing, 0);
  run.pass(hours(4));
  EXPECT_EQ(run.assess(chunk_on({1, 2, 3, 4})).missing, 1);
}

TEST(Assess, IsCriticalWhereNoCopyCounts) {
  HoldersRun run(20);
  for (std::uint8_t n = 1; n <= 3; ++n) run.silence(n);
  run.pass(minutes(16) + minutes(30));
  const auto found = run.assess(chunk_on({1, 2, 3}));
  EXPECT_EQ(found.live, 0);
  EXPECT_EQ(found.missing, 2);
}

TEST(Assess, DoesNotWaitForWhatIsProvenLost) {
  HoldersRun run(12);
  auto chunk = chunk_on({1, 2, 3});
  chunk.copies[2].lost = Reason::rot;
  const auto found = run.assess(chunk);
  EXPECT_EQ(found.live, 2);
  EXPECT_EQ(found.missing, 1);
  EXPECT_EQ(found.reason, Reason::rot);
  EXPECT_EQ(found.from, node(3));
  EXPECT_TRUE(found.drop.empty()) << "until it is replaced it may be the last resort";
}

TEST(Assess, DoesNotWaitForTheDisqualified) {
  HoldersRun run(12);
  run.set(1, disqualified());
  run.pass(minutes(1));
  const auto found = run.assess(chunk_on({1, 2, 3}));
  EXPECT_EQ(found.missing, 1);
  EXPECT_EQ(found.reason, Reason::disqualified);
}

TEST(Assess, ReplacesOnlyTheLostWhileAnotherMayComeBack) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(minutes(20));
  auto chunk = chunk_on({1, 2, 3});
  chunk.copies[1].lost = Reason::failed_audit;
  EXPECT_EQ(run.assess(chunk).live, 1);
  EXPECT_EQ(run.assess(chunk).missing, 1);
}

TEST(Assess, MovesTheCopiesOfAHolderThatDrains) {
  HoldersRun run(12);
  run.set(1, draining());
  run.pass(minutes(1));
  const auto found = run.assess(chunk_on({1, 2, 3}));
  EXPECT_EQ(found.live, 3) << "they are still there";
  EXPECT_EQ(found.missing, 1);
  EXPECT_EQ(found.reason, Reason::draining);
  EXPECT_TRUE(found.drop.empty());
  const auto moved = chunk_on({1, 2, 3, 4});
  EXPECT_EQ(run.assess(moved).missing, 0);
  EXPECT_EQ(run.assess(moved).drop, std::vector{shard_on(moved, 1)});
}

TEST(Assess, AreNotCriticalWhereTwoHoldersDrain) {
  HoldersRun run(12);
  run.set(1, draining());
  run.set(2, draining());
  run.pass(minutes(1));
  EXPECT_EQ(run.assess(chunk_on({1, 2, 3})).live, 3);
  EXPECT_EQ(run.assess(chunk_on({1, 2, 3})).missing, 2);
}

TEST(Assess, HopesForWhoCameBackOnlyForTheGrace) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(hours(5));
  EXPECT_EQ(run.assess(chunk_on({1, 2, 3})).missing, 1);
  run.wake(1);
  run.pass(minutes(1));
  EXPECT_EQ(run.assess(chunk_on({1, 2, 3})).missing, 0);
  run.pass(hours(4));
  EXPECT_EQ(run.assess(chunk_on({1, 2, 3})).missing, 1) << "no audit passed";
}

TEST(Assess, CountsTwoInOneSubnetAsOne) {
  HoldersRun run(12);
  run.set(1, in_domain("10.0.0.0/24", 0.9));
  run.set(2, in_domain("10.0.0.0/24", 0.8));
  run.set(3, in_domain("10.0.3.0/24"));
  run.set(4, in_domain("10.0.4.0/24"));
  run.pass(minutes(1));
  const auto chunk = chunk_on({1, 2, 3});
  const auto found = run.assess(chunk);
  EXPECT_EQ(found.live, 2);
  EXPECT_EQ(found.missing, 1);
  EXPECT_EQ(found.reason, Reason::clumped);
  EXPECT_EQ(found.from, node(2)) << "the worse of the two";
  EXPECT_TRUE(found.drop.empty());
  const auto spread = chunk_on({1, 2, 3, 4});
  EXPECT_EQ(run.assess(spread).drop, std::vector{shard_on(spread, 2)});
}

TEST(Assess, IsNotConsoledByOneWhoMayComeBackToTheSameSubnet) {
  HoldersRun run(12);
  run.set(1, in_domain("10.0.0.0/24"));
  run.set(2, in_domain("10.0.0.0/24"));
  run.pass(minutes(1));
  run.silence(2);
  run.pass(minutes(20));
  EXPECT_EQ(run.assess(chunk_on({1, 2, 3})).missing, 1);
}

TEST(Assess, KnowsTheWorstHolderToDependOn) {
  HoldersRun run(12);
  run.set(1, with_score(0.1));
  run.set(2, with_score(0.7));
  run.set(3, with_score(0.6));
  run.pass(minutes(1));
  run.silence(1);
  run.pass(hours(5));
  EXPECT_DOUBLE_EQ(run.assess(chunk_on({1, 2, 3})).worst_score, 0.6);
}

TEST(Assess, NamesTheHolderThatWentLast) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(hours(6));
  run.silence(2);
  run.pass(hours(6));
  const auto found = run.assess(chunk_on({1, 2, 3, 4}));
  EXPECT_EQ(found.missing, 1);
  EXPECT_EQ(found.from, node(2));
}

TEST(Assess, FindsWhatTheManifestNeverHad) {
  HoldersRun run(12);
  const auto found = run.assess(chunk_on({1, 2}));
  EXPECT_EQ(found.missing, 1);
  EXPECT_FALSE(found.from);
}

TEST(Assess, NewCopiesLieApartFromThoseThatStay) {
  HoldersRun run(20);
  run.set(2, draining());
  run.pass(minutes(1));
  run.silence(1);
  run.pass(hours(5));
  run.silence(3);
  run.pass(minutes(20));
  const auto staying = staying_holders(chunk_on({1, 2, 3, 4}), run.holders, run.now);
  EXPECT_EQ(std::set(staying.begin(), staying.end()), (std::set{node(3), node(4)}));
}

}  // namespace
}  // namespace mycostr::repair::test
