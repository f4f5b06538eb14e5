#include <gtest/gtest.h>

#include "parts.hpp"
#include "repair/damage_queue.hpp"

namespace mycostr::repair::test {
namespace {

constexpr auto kAny = UINT32_MAX;

Damage damage(std::uint8_t number, std::uint32_t live, double worst = 1) {
  Damage out;
  out.key = key(number);
  out.live = live;
  out.worst_score = worst;
  out.id = number;
  return out;
}

std::vector<std::uint8_t> take_all(DamageQueue& queue, SteadyTime now) {
  std::vector<std::uint8_t> out;
  while (const auto next = queue.take(kAny, now)) out.push_back(next->key.file.bytes[0]);
  return out;
}

TEST(DamageQueue, GivesTheFewestCopiesThenTheWorstHolderThenTheOldest) {
  DamageQueue queue;
  queue.push(damage(1, 2, 0.9), kStart, kStart);
  queue.push(damage(2, 2, 0.8), kStart, kStart);
  queue.push(damage(3, 1, 1.0), kStart, kStart);
  queue.push(damage(4, 2, 0.8), kStart, kStart);
  queue.push(damage(5, 0, 1.0), kStart, kStart);
  EXPECT_EQ(take_all(queue, kStart), (std::vector<std::uint8_t>{5, 3, 2, 4, 1}));
  EXPECT_EQ(queue.size(), 0);
}

TEST(DamageQueue, KeepsTheAgeOfWhatIsKnown) {
  DamageQueue queue;
  queue.push(damage(1, 2), kStart, kStart);
  queue.push(damage(2, 2), kStart, kStart);
  auto again = damage(1, 2);
  again.id = 77;
  queue.push(again, kStart, kStart);
  EXPECT_EQ(queue.size(), 2);
  EXPECT_EQ(queue.take(kAny, kStart)->id, 1);
}

TEST(DamageQueue, HoldsBackUntilTheTime) {
  DamageQueue queue;
  queue.push(damage(1, 0), kStart + minutes(5), kStart);
  queue.push(damage(2, 2), kStart, kStart);
  EXPECT_EQ(queue.next_ready(), kStart + minutes(5));
  EXPECT_EQ(take_all(queue, kStart), std::vector<std::uint8_t>{2});
  EXPECT_EQ(take_all(queue, kStart + minutes(4)), std::vector<std::uint8_t>{});
  EXPECT_EQ(take_all(queue, kStart + minutes(5)), std::vector<std::uint8_t>{1});
  EXPECT_FALSE(queue.next_ready());
}

TEST(DamageQueue, WhatFailedWaitsThoughItIsFoundAgain) {
  DamageQueue queue;
  queue.push(damage(1, 2), kStart + minutes(5), kStart);
  queue.push(damage(1, 2), kStart, kStart);
  EXPECT_FALSE(queue.take(kAny, kStart));
  queue.push(damage(1, 1), kStart, kStart);  // it has become worse
  EXPECT_TRUE(queue.take(kAny, kStart));
}

TEST(DamageQueue, KeepsTheMostUrgentWhereItIsFull) {
  DamageQueue queue(3);
  EXPECT_FALSE(queue.push(damage(1, 2), kStart, kStart));
  EXPECT_FALSE(queue.push(damage(2, 2), kStart, kStart));
  EXPECT_FALSE(queue.push(damage(3, 1), kStart + minutes(1), kStart));
  EXPECT_EQ(queue.push(damage(4, 3), kStart, kStart)->key, key(4));
  EXPECT_EQ(queue.push(damage(5, 0), kStart, kStart)->key, key(2));
  EXPECT_EQ(queue.size(), 3);
  EXPECT_EQ(take_all(queue, kStart + minutes(1)), (std::vector<std::uint8_t>{5, 3, 1}));
}

TEST(DamageQueue, GivesOnlyWhatIsUrgentWhereAsked) {
  DamageQueue queue;
  queue.push(damage(1, 3), kStart, kStart);
  EXPECT_FALSE(queue.take(kUrgentLive, kStart));
  queue.push(damage(2, 2), kStart, kStart);
  EXPECT_EQ(queue.take(kUrgentLive, kStart)->key, key(2));
}

TEST(DamageQueue, ShowsWhatIsNext) {
  DamageQueue queue;
  queue.push(damage(1, 0), kStart + minutes(5), kStart);
  queue.push(damage(2, 2), kStart, kStart);
  queue.push(damage(3, 1), kStart, kStart);
  const auto first = queue.first(10);
  ASSERT_EQ(first.size(), 3);
  EXPECT_EQ(first[0].key, key(3));
  EXPECT_EQ(first[2].key, key(1));
  EXPECT_EQ(queue.first(1).size(), 1);
}

TEST(SourcePacer, LetsASourceSendOnlySoMuchOfTheTime) {
  SourcePacer pacer(0.1);
  EXPECT_LE(pacer.free_at(node(1)), kStart);
  pacer.begin(node(1));
  EXPECT_EQ(pacer.free_at(node(1)), SteadyTime::max());
  pacer.used(node(1), kStart, kStart + seconds(3));
  EXPECT_EQ(pacer.free_at(node(1)), kStart + seconds(30));
  EXPECT_LE(pacer.free_at(node(2)), kStart);
  pacer.prune(kStart + seconds(29));
  EXPECT_EQ(pacer.size(), 1);
  pacer.prune(kStart + seconds(30));
  EXPECT_EQ(pacer.size(), 0);
}

}  // namespace
}  // namespace mycostr::repair::test
