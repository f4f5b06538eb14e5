#include <gtest/gtest.h>

#include "parts.hpp"

namespace mycostr::repair::test {
namespace {

class PlannerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (std::uint8_t n = 1; n <= 40; ++n) observe(n, answers());
  }
  void observe(std::uint8_t n, const Observation& seen) { planner.holders().observe(node(n), seen, now); }
  /// A chunk of which `lost` copies are proven lost.
  ChunkView damaged(std::uint8_t number, std::size_t lost) {
    auto chunk = chunk_on({1, 2, 3}, number);
    for (std::size_t i = 0; i < lost; ++i) chunk.copies[i].lost = Reason::failed_audit;
    return chunk;
  }
  /// One of which a holder drains: not urgent.
  ChunkView leaving(std::uint8_t number) {
    auto seen = answers();
    seen.is_draining = true;
    observe(30, seen);
    return chunk_on({30, 2, 3}, number);
  }
  bool consider(const ChunkView& chunk) { return planner.consider(chunk, node(1), now, WallTime()); }

  SteadyTime now = kStart + hours(1);
  Planner planner{Settings{}, kStart, 100, 5};
};

TEST_F(PlannerTest, QueuesOnlyWhatNeedsSomething) {
  EXPECT_FALSE(consider(damaged(1, 0)));
  EXPECT_TRUE(consider(damaged(2, 1)));
  EXPECT_EQ(planner.queue().size(), 1);
  const auto next = planner.start(now);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->key, key(2));
  EXPECT_EQ(next->id, 100);
  EXPECT_EQ(next->reason, Reason::failed_audit);
  EXPECT_EQ(next->from, node(1));
  EXPECT_EQ(next->live, 2);
  EXPECT_TRUE(planner.is_running(key(2)));
  planner.done(*next);
  EXPECT_FALSE(planner.is_running(key(2)));
}

TEST_F(PlannerTest, RunsFourAtOnceAndThoseWithOneCopyFirst) {
  for (std::uint8_t n = 1; n <= 5; ++n) consider(damaged(n, n == 4 ? 2 : 1));
  EXPECT_EQ(planner.start(now)->key, key(4));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(planner.start(now));
  EXPECT_FALSE(planner.start(now));
  planner.done(planner.running().begin()->second);
  EXPECT_TRUE(planner.start(now));
}

TEST_F(PlannerTest, KeepsHalfTheSlotsForWhatIsUrgent) {
  for (std::uint8_t n = 1; n <= 4; ++n) EXPECT_TRUE(consider(leaving(n)));
  EXPECT_TRUE(planner.start(now));
  EXPECT_TRUE(planner.start(now));
  EXPECT_FALSE(planner.start(now));
  consider(damaged(5, 1));
  EXPECT_EQ(planner.start(now)->key, key(5));
  EXPECT_FALSE(planner.start(now));
}

TEST_F(PlannerTest, WaitsLongerWithEachFailureAndAtMostTheGrace) {
  consider(damaged(1, 1));
  auto job = *planner.start(now);
  Duration before{};
  for (int i = 0; i < 20; ++i) {
    planner.retry(job, now);
    EXPECT_FALSE(planner.is_running(key(1)));
    EXPECT_FALSE(planner.start(now));
    const auto delay = *planner.queue().next_ready() - now;
    EXPECT_GE(delay, before);
    EXPECT_LE(delay, hours(4));
    before = delay;
    now += delay;
    const auto again = planner.start(now);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->id, job.id);
    job = *again;
  }
  EXPECT_EQ(before, hours(4));
}

TEST_F(PlannerTest, LooksAgainWhereThereWasNoRoom) {
  while (const auto id = planner.holders().take_pass(now + hours(4)))
    planner.holders().pass_done(*id, now + hours(4));
  now += hours(4);
  for (std::uint8_t n = 1; n <= 8; ++n) consider(damaged(n, 1));
  EXPECT_EQ(planner.queue().size(), 5);
  EXPECT_FALSE(planner.holders().take_pass(now));
  for (int i = 0; i < 3; ++i) planner.done(*planner.start(now));
  EXPECT_EQ(planner.holders().take_pass(now), node(1));
}

TEST_F(PlannerTest, TakesTheSourceThatMaySendFirst) {
  const auto chunk = chunk_on({1, 2, 3});
  auto lost = chunk;
  lost.copies[0].lost = Reason::rot;
  const auto found = assess(lost, planner.holders(), now);
  EXPECT_EQ(planner.sources(lost, found, false, now).holders.size(), 1);
  planner.pacer().used(node(2), now - seconds(1), now);
  EXPECT_EQ(planner.sources(lost, found, false, now).holders, std::vector{node(3)});
  planner.pacer().used(node(3), now - seconds(2), now);
  const auto later = planner.sources(lost, found, false, now);
  EXPECT_TRUE(later.holders.empty());
  EXPECT_EQ(later.when, now + seconds(9));
  EXPECT_EQ(planner.sources(lost, found, false, later.when).holders, std::vector{node(2)});
}

TEST_F(PlannerTest, SparesNoSourceOfALastCopy) {
  auto chunk = chunk_on({1, 2, 3});
  chunk.copies[0].lost = Reason::rot;
  chunk.copies[1].lost = Reason::rot;
  planner.pacer().used(node(3), now - seconds(2), now);
  const auto found = assess(chunk, planner.holders(), now);
  EXPECT_EQ(planner.sources(chunk, found, false, now).holders.size(), 3)
      << "what is said to be lost may be there";
}

TEST_F(PlannerTest, AsksAllSourcesWhereOneFailed) {
  auto chunk = chunk_on({1, 2, 3});
  chunk.copies[0].lost = Reason::rot;
  const auto found = assess(chunk, planner.holders(), now);
  EXPECT_EQ(planner.sources(chunk, found, true, now).holders.size(), 3);
}

TEST_F(PlannerTest, TellsWhenTheNextMayStartOnlyWhileASlotIsFree) {
  for (std::uint8_t n = 1; n <= 5; ++n) consider(damaged(n, 1));
  planner.postpone(*planner.start(now), now + seconds(9), now);
  EXPECT_EQ(planner.next_start(now), now + seconds(9));
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(planner.start(now));
  EXPECT_FALSE(planner.next_start(now));
}

TEST_F(PlannerTest, AsksAgainForASourceThatSendsNow) {
  auto chunk = chunk_on({1, 2, 3});
  chunk.copies[0].lost = Reason::rot;
  planner.pacer().begin(node(2));
  planner.pacer().begin(node(3));
  const auto later = planner.sources(chunk, assess(chunk, planner.holders(), now), false, now);
  EXPECT_TRUE(later.holders.empty());
  EXPECT_EQ(later.when, now + seconds(1));
}

TEST_F(PlannerTest, LooksAtNoMoreChunksWhileSourcesAreBusy) {
  Planner large{Settings{}, kStart, 1, 1000};
  const auto push = [&](std::uint8_t n, std::size_t lost) {
    large.consider(damaged(n, lost), node(1), now, WallTime());
  };
  for (std::uint8_t n = 1; n <= 100; ++n) push(n, 1);
  std::size_t looked_at = 0;
  while (const auto job = large.start(now)) {
    large.postpone(*job, now + seconds(9), now);
    ++looked_at;
  }
  EXPECT_EQ(looked_at, 32);
  EXPECT_EQ(large.next_start(now), now + seconds(9));
  push(200, 2);
  const auto last_copy = large.start(now);
  ASSERT_TRUE(last_copy);
  EXPECT_EQ(last_copy->key, key(200));
  EXPECT_FALSE(large.start(now));
  EXPECT_TRUE(large.start(now + seconds(9)));
}

TEST_F(PlannerTest, PostponesWithoutCountingAFailure) {
  consider(damaged(1, 1));
  planner.postpone(*planner.start(now), now + seconds(9), now);
  EXPECT_FALSE(planner.start(now + seconds(8)));
  EXPECT_EQ(planner.start(now + seconds(9))->tries, 0);
}

TEST_F(PlannerTest, TriesALastCopyOftenWhileItsHolderMayBeBack) {
  consider(damaged(1, 3));
  auto job = *planner.start(now);
  EXPECT_EQ(job.live, 0);
  for (int i = 0; i < 12; ++i) {
    planner.retry(job, now);
    now += minutes(15);
    const auto again = planner.start(now);
    ASSERT_TRUE(again) << i;
    job = *again;
  }
}

TEST_F(PlannerTest, WhatCannotBeRepairedKeepsNothingElseOut) {
  // No holder takes their copies, and they are the most urgent.
  for (std::uint8_t n = 1; n <= 5; ++n) {
    consider(damaged(n, 2));
    planner.retry(*planner.start(now), now);
  }
  EXPECT_EQ(planner.queue().size(), 5);
  consider(damaged(9, 1));
  EXPECT_EQ(planner.queue().size(), 5);
  EXPECT_TRUE(planner.queue().contains(key(9)));
}

}  // namespace
}  // namespace mycostr::repair::test
