#include "api/payment_rate.hpp"

#include <gtest/gtest.h>

#include "api/file_share.hpp"

namespace mycostr::api {
namespace {

using namespace std::chrono_literals;

std::string rate(std::int64_t msat, std::chrono::milliseconds time) {
  const auto start = from_unix_ms(1'767'225'600'000);
  return sats_per_hour(Msat{msat}, start, start + time);
}

TEST(PaymentRate, IsInSatsPerHour) {
  EXPECT_EQ(rate(100'000, 1h), "100.000000");
  EXPECT_EQ(rate(100'001, 1h), "100.001000");
  EXPECT_EQ(rate(1000, 24h), "0.041666");
  EXPECT_EQ(rate(1, 1h), "0.001000");
  EXPECT_EQ(rate(1, 1000h), "0.000001");
  EXPECT_EQ(rate(1, 1001h), "0.000000");
  EXPECT_EQ(rate(5000, 1s), "18000.000000");
  EXPECT_EQ(rate(2, 1ms), "7200.000000");
}

TEST(PaymentRate, HoldsForAnyAmountAndTime) {
  EXPECT_EQ(rate(INT64_MAX, 1ms), "33204139332677192905200.000000");
  EXPECT_EQ(rate(0, 1h), "0.000000");
  EXPECT_EQ(rate(-5, 1h), "0.000000");
  EXPECT_EQ(rate(5, 0ms), "0.000000");
  EXPECT_EQ(rate(5, -1h), "0.000000");
}

TEST(FileShare, IsRoundedDown) {
  const FileShare third{ByteCount{1}, ByteCount{3}};
  EXPECT_EQ(third.part(Msat{100}).value, 33);
  EXPECT_EQ(third.part(Msat{2}).value, 0);
  EXPECT_EQ(third.part(Msat{INT64_MAX}).value, INT64_MAX / 3);
}

TEST(FileShare, IsNeverMoreThanAll) {
  const FileShare all{ByteCount{UINT64_MAX}, ByteCount{7}};
  EXPECT_EQ(all.part(Msat{INT64_MAX}).value, INT64_MAX);
  EXPECT_EQ(all.part(Msat{-1}).value, 0);
  const FileShare none{ByteCount{7}, ByteCount{0}};
  EXPECT_EQ(none.part(Msat{100}).value, 0);
}

}  // namespace
}  // namespace mycostr::api
