#include "api/histogram.hpp"

#include <gtest/gtest.h>

namespace mycostr::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Histogram, QuantilesAreNear) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile_seconds(0.5), 0);
  for (int i = 1; i <= 1000; ++i) histogram.add(milliseconds(i));
  EXPECT_EQ(histogram.count(), 1000U);
  EXPECT_NEAR(histogram.quantile_seconds(0.5), 0.5, 0.5 / 8);
  EXPECT_NEAR(histogram.quantile_seconds(0.99), 0.99, 0.99 / 8);
  EXPECT_GE(histogram.quantile_seconds(1), 1.0);
}

TEST(Histogram, NeverUnderstates) {
  for (const std::int64_t us : {1, 2, 3, 7, 8, 9, 1000, 123'456, 10'000'000}) {
    Histogram histogram;
    histogram.add(std::chrono::microseconds(us));
    const auto value = static_cast<double>(us) / 1e6;
    EXPECT_GT(histogram.quantile_seconds(0.5), value * 0.999) << us;
    EXPECT_LE(histogram.quantile_seconds(0.5), value * 2.001) << us;
    if (us >= 8) EXPECT_LE(histogram.quantile_seconds(0.5), value * 1.126) << us;
  }
}

TEST(Histogram, TakesExtremes) {
  Histogram histogram;
  histogram.add(Duration(-5));
  histogram.add(Duration(0));
  histogram.add(Duration::max());
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_LT(histogram.quantile_seconds(0.1), 1e-5);
  EXPECT_GT(histogram.quantile_seconds(1), 60'000);
}

TEST(Rate, ForgetsAfterAMinute) {
  Rate rate;
  SteadyTime now{seconds(1000)};
  rate.add(now, 30);
  rate.add(now + seconds(30), 30);
  EXPECT_DOUBLE_EQ(rate.per_second(now + seconds(30)), 1);
  EXPECT_DOUBLE_EQ(rate.per_second(now + seconds(59)), 1);
  EXPECT_DOUBLE_EQ(rate.per_second(now + seconds(60)), 0.5);
  EXPECT_DOUBLE_EQ(rate.per_second(now + seconds(90)), 0);
  rate.add(now + seconds(120), 60);
  EXPECT_DOUBLE_EQ(rate.per_second(now + seconds(120)), 1);
}

}  // namespace
}  // namespace mycostr::api
