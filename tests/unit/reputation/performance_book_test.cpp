#include "reputation/performance_book.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace mycostr::reputation {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = from_unix_ms(1'767'225'600'000);

NodeId node(std::uint8_t n) {
  NodeId id;
  id.bytes.fill(n);
  return id;
}

TEST(PerformanceBook, KeepsWhatItIsTold) {
  PerformanceBook book;
  EXPECT_EQ(book.find(node(1)), nullptr);
  book.record_call(node(1), true, 40ms, kNow);
  book.record_call(node(1), false, 15s, kNow + 1s);
  book.record_transfer(node(1), Direction::up, 1_MiB, 500ms, true, kNow + 2s);
  const auto* peer = book.find(node(1));
  ASSERT_NE(peer, nullptr);
  EXPECT_EQ(peer->first_seen, kNow);
  EXPECT_EQ(peer->smoothed_rtt, 40ms) << "a timeout is no round trip";
  EXPECT_EQ(peer->last_failure, kNow + 1s);
  EXPECT_EQ(peer->last_success, kNow + 2s);
  EXPECT_NEAR(peer->up.bytes_per_second().value(), 2 << 20, 1);
  EXPECT_FALSE(peer->down.bytes_per_second());
}

TEST(PerformanceBook, ATransferThatStallsShowsAsSlowAndOneThatNeverBeganDoesNot) {
  PerformanceBook book;
  book.record_transfer(node(1), Direction::down, ByteCount{0}, 5s, false, kNow);
  EXPECT_FALSE(book.find(node(1))->down.bytes_per_second());
  book.record_transfer(node(1), Direction::down, ByteCount{1000}, 10s, false, kNow);
  EXPECT_NEAR(book.find(node(1))->down.bytes_per_second().value(), 100, 1e-6);
  EXPECT_NEAR(book.find(node(1))->failures.value, 2, 1e-9);
}

TEST(PerformanceBook, ExpectsRoundTripAndBytesByThroughput) {
  PerformanceBook book;
  book.record_call(node(1), true, 100ms, kNow);
  book.record_transfer(node(1), Direction::down, ByteCount{10'000'000}, 1s, true, kNow);
  EXPECT_NEAR(to_seconds(book.expected_duration(node(1), ByteCount{1'000'000}, kNow)), 0.2, 1e-6);
  EXPECT_NEAR(to_seconds(book.expected_duration(node(1), ByteCount{0}, kNow)), 0.1, 1e-6);
}

TEST(PerformanceBook, UnknownPeersAreTriedBeforeSlowAndFailingOnes) {
  PerformanceBook book;
  const auto unknown = book.expected_duration(node(9), 1_MiB, kNow);
  EXPECT_NEAR(to_seconds(unknown), 0.020 + (1 << 20) / 32e6, 1e-6);
  book.record_call(node(1), true, 300ms, kNow);
  EXPECT_GT(book.expected_duration(node(1), 1_MiB, kNow), unknown);
  book.record_call(node(2), true, 1ms, kNow);
  book.record_transfer(node(2), Direction::down, 100_MiB, 1s, true, kNow);
  EXPECT_LT(book.expected_duration(node(2), 1_MiB, kNow), unknown) << "the best known stay the best";
  for (int i = 0; i < 30; ++i) book.record_call(node(2), false, std::nullopt, kNow);
  EXPECT_GT(book.expected_duration(node(2), 1_MiB, kNow), unknown);
}

TEST(PerformanceBook, PingsHideNoFailure) {
  PerformanceBook book;
  for (int i = 0; i < 10'000; ++i) book.record_rtt(node(1), 10ms, kNow);
  book.record_transfer(node(1), Direction::down, ByteCount(), 2s, false, kNow);
  EXPECT_GE(book.find(node(1))->failure_rate(kNow), 0.5);
  EXPECT_EQ(*book.find(node(1))->smoothed_rtt, 10ms);
}

TEST(PerformanceBook, FailuresPenalizeAndAreForgotten) {
  PerformanceBook book;
  book.record_call(node(1), true, 100ms, kNow);
  const auto before = book.expected_duration(node(1), 1_MiB, kNow);
  book.record_call(node(1), false, std::nullopt, kNow);
  book.record_call(node(1), false, std::nullopt, kNow);
  // A failure rate of a half: twice as long, and every other time nobody else is asked for so long.
  EXPECT_NEAR(to_seconds(book.expected_duration(node(1), 1_MiB, kNow)),
              2 * to_seconds(before) + to_seconds(kCostOfFailure) / 2, 1e-6);
  EXPECT_NEAR(to_seconds(book.expected_duration(node(1), 1_MiB, kNow + std::chrono::days(120))),
              to_seconds(before), 2e-3);
}

TEST(PerformanceBook, TheWorstPeerIsStillBounded) {
  PerformanceBook book;
  for (int i = 0; i < 10'000; ++i) book.record_call(node(1), false, std::nullopt, kNow);
  book.record_transfer(node(1), Direction::down, ByteCount{1}, 1h, false, kNow);
  EXPECT_EQ(book.expected_duration(node(1), ByteCount{UINT64_MAX}, kNow), 1h);
}

TEST(PerformanceBook, ForgetsThePeerNotHeardOfForLongest) {
  PerformanceBook book(3);
  for (std::uint8_t n = 1; n <= 3; ++n) book.record_call(node(n), true, 1ms, kNow);
  book.record_call(node(1), true, 1ms, kNow);
  book.record_call(node(4), true, 1ms, kNow);
  EXPECT_EQ(book.table().entries().size(), 3U);
  EXPECT_EQ(book.find(node(2)), nullptr);
  EXPECT_TRUE(book.find(node(1)) && book.find(node(3)) && book.find(node(4)));
  EXPECT_EQ(book.table().entries().front().node, node(4));
  EXPECT_EQ(book.table().entries().back().node, node(3));
}

TEST(PerformanceBook, HoldsTwentyThousand) {
  PerformanceBook book;
  NodeId id;
  for (std::uint32_t n = 0; n < kMaxPeersInBook + 100; ++n) {
    std::memcpy(id.bytes.data() + 28, &n, sizeof n);
    book.record_call(id, true, 1ms, kNow);
  }
  EXPECT_EQ(book.table().entries().size(), kMaxPeersInBook);
}

}  // namespace
}  // namespace mycostr::reputation
