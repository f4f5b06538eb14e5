#include "payment/payable_time.hpp"

#include <gtest/gtest.h>

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;

WallTime at(std::chrono::milliseconds since_epoch) {
  return WallTime(since_epoch);
}

class PayableTimeTest : public testing::Test {
 protected:
  void note(std::chrono::minutes from, std::chrono::minutes to, bool is_payable) {
    for (auto now = from; now <= to; now += 1min) time_.note(at(now), is_payable, 4min);
  }
  PayableTime time_;
};

TEST_F(PayableTimeTest, CountsWhatWasPayable) {
  note(0min, 60min, true);
  note(61min, 120min, false);
  note(121min, 180min, true);
  EXPECT_EQ(time_.within(at(0min), at(180min)), 60min + 59min);
  EXPECT_EQ(time_.within(at(30min), at(130min)), 30min + 9min);
  EXPECT_EQ(time_.within(at(70min), at(100min)), 0min);
}

TEST_F(PayableTimeTest, TimeWithoutALookDoesNotCount) {
  note(0min, 10min, true);
  note(60min, 70min, true);
  EXPECT_EQ(time_.within(at(0min), at(70min)), 20min);
}

TEST_F(PayableTimeTest, SurvivesARestartWithAGap) {
  note(0min, 10min, true);
  time_ = *PayableTime::decode(time_.encode());
  note(12min, 20min, true);
  EXPECT_EQ(time_.within(at(0min), at(20min)), 18min);
}

TEST_F(PayableTimeTest, AClockThatGoesBackCountsNothingTwice) {
  note(0min, 60min, true);
  note(30min, 70min, true);
  EXPECT_EQ(time_.within(at(0min), at(100min)), 70min);
}

TEST_F(PayableTimeTest, OldTimeIsForgottenAndTheListBounded) {
  for (int i = 0; i < 10'000; ++i) {
    note(std::chrono::minutes(10 * i), std::chrono::minutes(10 * i + 2), true);
    note(std::chrono::minutes(10 * i + 3), std::chrono::minutes(10 * i + 3), false);
  }
  EXPECT_EQ(time_.within(at(0min), at(100'000min)), PayableTime::kMaxSpans * 2min);
  time_.keep(5min);
  EXPECT_EQ(time_.within(at(0min), at(100'000min)), 6min);
}

TEST_F(PayableTimeTest, ARowThatIsNoneIsRefused) {
  note(0min, 10min, true);
  EXPECT_FALSE(PayableTime::decode("\xff"));
  EXPECT_TRUE(PayableTime::decode(""));
  EXPECT_EQ(PayableTime::decode(time_.encode())->encode(), time_.encode());
}

TEST_F(PayableTimeTest, AClockThatWasAheadStopsNothing) {
  note(0min, 60min, true);
  note(10'000min, 10'010min, true);
  note(61min, 120min, true);
  EXPECT_GE(time_.within(at(0min), at(120min)), 60min + 58min);
  EXPECT_EQ(time_.within(at(130min), at(20'000min)), 0min);
}

}  // namespace
}  // namespace mycostr::payment
