#include "reputation/performance.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace mycostr::reputation {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = from_unix_ms(1'767'225'600'000);

TEST(MinRtt, IsTheMinimumOfTheLastTwenty) {
  MinRtt rtt;
  EXPECT_FALSE(rtt.minimum());
  rtt.add(5ms);
  for (int i = 0; i < 19; ++i) rtt.add(30ms);
  EXPECT_EQ(rtt.minimum(), 5ms);
  rtt.add(30ms);
  EXPECT_EQ(rtt.minimum(), 30ms) << "the shortest was the 21st last";
  rtt.add(0ns);
  rtt.add(-1ms);
  EXPECT_EQ(rtt.minimum(), 30ms) << "no round trip takes no time";
}

TEST(Performance, SmoothsRoundTripsAsTcpDoes) {
  Performance peer;
  peer.add_rtt(80ms);
  EXPECT_EQ(peer.smoothed_rtt, 80ms);
  peer.add_rtt(160ms);
  EXPECT_EQ(peer.smoothed_rtt, 90ms);
  peer.add_rtt(10ms);
  EXPECT_EQ(peer.smoothed_rtt, 80ms);
  EXPECT_EQ(peer.rtt.minimum(), 10ms);
}

TEST(Performance, CountsHalveInAWeek) {
  Performance peer;
  for (int i = 0; i < 8; ++i) peer.add_outcome(true, kNow);
  peer.add_outcome(false, kNow);
  peer.add_outcome(true, kNow + std::chrono::days(7));
  EXPECT_NEAR(peer.successes.value, 5, 1e-9);
  EXPECT_NEAR(peer.failures.at_time(kNow + std::chrono::days(14), std::chrono::days(7)), 0.25, 1e-9);
  EXPECT_EQ(peer.last_success, kNow + std::chrono::days(7));
  EXPECT_EQ(peer.last_failure, kNow);
}

TEST(Performance, AClockThatGoesBackAgesNothing) {
  Performance peer;
  peer.add_outcome(true, kNow);
  peer.add_outcome(true, kNow - std::chrono::days(365));
  EXPECT_EQ(peer.successes.value, 2);
  EXPECT_EQ(peer.successes.at, kNow);
}

TEST(Performance, FailureRateForgives) {
  Performance peer;
  EXPECT_EQ(peer.failure_rate(kNow), 0);
  peer.add_outcome(false, kNow);
  EXPECT_NEAR(peer.failure_rate(kNow), 0.5, 1e-9);
  EXPECT_LT(peer.failure_rate(kNow + std::chrono::days(70)), 0.01);
  for (int i = 0; i < 98; ++i) peer.add_outcome(true, kNow);
  EXPECT_NEAR(peer.failure_rate(kNow), 0.01, 1e-9);
}

TEST(Throughput, IsBytesByTimeSoThatLongTransfersCountForMore) {
  Throughput line;
  EXPECT_FALSE(line.bytes_per_second());
  line.add(1'000'000, 100ms, kNow);
  EXPECT_NEAR(line.bytes_per_second().value(), 10e6, 1);
  line.add(1'000'000, 900ms, kNow);
  EXPECT_NEAR(line.bytes_per_second().value(), 2e6, 1);
}

TEST(Throughput, NewTransfersPushOldOnesOutAndSilenceChangesNothing) {
  Throughput line;
  line.add(8'000'000, 1s, kNow);
  line.add(1'000'000, 1s, kNow + 1h);
  EXPECT_NEAR(line.bytes_per_second().value(), (4e6 + 1e6) / 1.5, 1) << "an hour old weighs half";
  line.add(1'000'000, 1s, kNow + 24h);
  EXPECT_NEAR(line.bytes_per_second().value(), 1e6, 10);
}

TEST(Throughput, NoTimeIsNoDivisionByZero) {
  Throughput line;
  line.add(1000, 0s, kNow);
  EXPECT_NEAR(line.bytes_per_second().value(), 1e9, 1);
}

Performance some_performance() {
  Performance peer;
  peer.first_seen = kNow - 5h;
  peer.add_outcome(true, kNow);
  peer.add_outcome(false, kNow + 3ms);
  peer.add_rtt(42ms);
  peer.add_rtt(21ms);
  peer.down.add(1 << 20, 100ms, kNow);
  peer.up.add(1 << 22, 300ms, kNow + 1s);
  return peer;
}

TEST(PerformanceRow, ComesBackAsItWas) {
  const auto peer = some_performance();
  const auto row = encode(peer);
  const auto back = decode_performance(as_bytes(row));
  ASSERT_TRUE(back);
  EXPECT_EQ(encode(*back), row);
  EXPECT_EQ(back->first_seen, peer.first_seen);
  EXPECT_EQ(back->last_success, peer.last_success);
  EXPECT_EQ(back->last_failure, peer.last_failure);
  EXPECT_EQ(back->smoothed_rtt, peer.smoothed_rtt);
  EXPECT_EQ(back->rtt.minimum(), 21ms);
  EXPECT_EQ(back->down.bytes_per_second(), peer.down.bytes_per_second());
  EXPECT_EQ(back->up.bytes_per_second(), peer.up.bytes_per_second());
  EXPECT_EQ(back->failure_rate(kNow), peer.failure_rate(kNow));
}

TEST(PerformanceRow, OfAPeerThatDidNothing) {
  const auto back = decode_performance(as_bytes(encode(Performance())));
  ASSERT_TRUE(back);
  EXPECT_FALSE(back->last_success || back->last_failure || back->smoothed_rtt || back->rtt.minimum());
  EXPECT_FALSE(back->down.bytes_per_second() || back->up.bytes_per_second());
}

TEST(PerformanceRow, RefusesOtherLengthsAndVersions) {
  const auto row = encode(some_performance());
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(decode_performance(as_bytes(row).first(size))) << size;
  }
  EXPECT_FALSE(decode_performance(as_bytes(row + '\0')));
  auto other = row;
  other[0] = 2;
  EXPECT_FALSE(decode_performance(as_bytes(other)));
}

TEST(PerformanceRow, RefusesNumbersBeyondReason) {
  const auto row = encode(some_performance());
  const auto with = [&](std::size_t field, std::uint64_t value) {
    std::string number;
    append_be64(number, value);
    auto changed = row;
    changed.replace(1 + field * 8, 8, number);
    return decode_performance(as_bytes(changed)).has_value();
  };
  for (std::size_t field = 0; field < (row.size() - 1) / 8; ++field) {
    EXPECT_FALSE(with(field, UINT64_MAX)) << field;
  }
  constexpr std::size_t kSuccesses = 5;
  EXPECT_TRUE(with(kSuccesses, std::bit_cast<std::uint64_t>(7.5)));
  for (const auto value : {-1.0, 1e19, std::numeric_limits<double>::infinity(), std::nan("")}) {
    EXPECT_FALSE(with(kSuccesses, std::bit_cast<std::uint64_t>(value))) << value;
  }
}

}  // namespace
}  // namespace mycostr::reputation
