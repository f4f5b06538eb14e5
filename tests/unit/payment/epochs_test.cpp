#include "payment/epochs.hpp"

#include <gtest/gtest.h>

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;

constexpr auto kPeriod = std::chrono::milliseconds(1h);

WallTime at(std::chrono::milliseconds since_epoch) {
  return WallTime(since_epoch);
}

class EpochsTest : public testing::Test {
 protected:
  EpochsTest() {
    agreement_.terms.since = at(90min);
    agreement_.revision.number = 1;
    agreement_.revision.at = at(95min);
  }
  bool close(WallTime now) { return close_epochs(open_, agreement_, agreed_end_, now, kPeriod); }

  agreement::Agreement agreement_;
  OpenStatements open_;
  WallTime agreed_end_ = at(90min);
};

TEST_F(EpochsTest, OneStatementForEachEpochThatEnds) {
  EXPECT_FALSE(close(at(119min)));
  EXPECT_TRUE(close(at(2h)));
  EXPECT_FALSE(close(at(179min)));
  EXPECT_TRUE(close(at(3h)));
  EXPECT_EQ(open_.ends, (std::vector{at(2h), at(3h)}));
}

TEST_F(EpochsTest, TimeThatNobodyLookedAtIsOneStatement) {
  EXPECT_TRUE(close(at(10h + 5min)));
  EXPECT_EQ(open_.ends, std::vector{at(10h)});
}

TEST_F(EpochsTest, ALongAbsenceIsSeveralStatements) {
  EXPECT_TRUE(close(at(60h + 5min)));
  EXPECT_TRUE(close(at(60h + 6min)));
  EXPECT_TRUE(close(at(60h + 7min)));
  EXPECT_FALSE(close(at(60h + 8min)));
  EXPECT_EQ(open_.ends, (std::vector{at(25h), at(49h), at(60h)}));
}

TEST_F(EpochsTest, WhatIsAgreedOnIsOpenNoMore) {
  close(at(2h));
  close(at(3h));
  agreed_end_ = at(2h);
  close(at(3h + 1min));
  EXPECT_EQ(open_.ends, std::vector{at(3h)});
  agreed_end_ = at(5h);
  close(at(5h + 1min));
  EXPECT_TRUE(open_.ends.empty());
}

TEST_F(EpochsTest, TheLastOneEndsWhereTheLastRevisionSays) {
  close(at(2h));
  agreement_.revision.ends = true;
  agreement_.revision.at = at(150min);
  EXPECT_TRUE(close(at(151min)));
  EXPECT_EQ(open_.ends, (std::vector{at(2h), at(150min)}));
  EXPECT_TRUE(open_.has_last);
  EXPECT_FALSE(close(at(9h)));
}

TEST_F(EpochsTest, ALastRevisionFromBeforeTheLastStatementEndsNothingEarlier) {
  agreed_end_ = at(4h);
  agreement_.revision.ends = true;
  EXPECT_TRUE(close(at(4h + 1min)));
  EXPECT_EQ(open_.ends, std::vector{at(4h)});
  close(at(5h));
  EXPECT_EQ(open_.ends, std::vector{at(4h)});
  EXPECT_TRUE(open_.has_last);
}

TEST_F(EpochsTest, WhatWasGivenUpEndsWithTheLastEpochAtWhoseEndItWasThere) {
  agreement_.state = agreement::State::ending;
  close(at(3h + 10min));
  EXPECT_FALSE(open_.has_last);
  agreement_.rejoins = true;
  close(at(3h + 20min));
  EXPECT_FALSE(open_.has_last) << "the holder is still to be told";
  agreement_.state = agreement::State::ended;
  close(at(4h + 10min));
  EXPECT_EQ(open_.ends, (std::vector{at(3h), at(3h)}));
  EXPECT_TRUE(open_.has_last);
}

TEST_F(EpochsTest, AClockThatGoesBackTakesItsStatementsBack) {
  close(at(50h));
  EXPECT_FALSE(close(at(119min)));
  EXPECT_TRUE(open_.ends.empty());
  EXPECT_TRUE(close(at(2h)));
}

TEST_F(EpochsTest, NoMoreThanFitIntoACall) {
  for (int hour = 2; hour < 200; ++hour) close(at(std::chrono::hours(hour)));
  EXPECT_EQ(open_.ends.size(), wire::kMaxStatementsPerCall);
}

}  // namespace
}  // namespace mycostr::payment
