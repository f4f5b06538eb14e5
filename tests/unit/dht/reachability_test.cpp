#include "dht/reachability.hpp"

#include "unit/dht/parts.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

class ReachabilityTest : public testing::Test {
 protected:
  test::SeededRandom random_{1};
  Reachability reachability_;
  SteadyTime now_{1h};

  /// A check that nobody answers.
  void check_in_vain() {
    reachability_.begin(random_, now_);
    reachability_.tick(now_ += 11s);
  }
  bool knock() { return reachability_.knocked(reachability_.begin(random_, now_), now_); }
};

TEST_F(ReachabilityTest, BeginsAsAServerWithoutAVerdict) {
  EXPECT_TRUE(reachability_.is_server());
  EXPECT_FALSE(reachability_.verdict());
}

TEST_F(ReachabilityTest, ThreeKnocksInARowAreAVerdict) {
  EXPECT_TRUE(knock());
  EXPECT_TRUE(knock());
  EXPECT_FALSE(reachability_.verdict()) << "two knocks may be chance";
  check_in_vain();
  EXPECT_TRUE(knock());
  EXPECT_TRUE(knock());
  EXPECT_FALSE(reachability_.verdict()) << "not in a row";
  EXPECT_TRUE(knock());
  EXPECT_EQ(reachability_.verdict(), true);
}

TEST_F(ReachabilityTest, AFailureRaisesDoubtsThatOneKnockSettles) {
  for (int i = 0; i < 3; ++i) knock();
  check_in_vain();
  EXPECT_TRUE(reachability_.is_server());
  EXPECT_FALSE(reachability_.verdict());
  EXPECT_TRUE(knock());
  EXPECT_EQ(reachability_.verdict(), true);
}

TEST_F(ReachabilityTest, FiveChecksInVainMakeAClient) {
  for (int i = 0; i < 4; ++i) check_in_vain();
  EXPECT_TRUE(reachability_.is_server());
  EXPECT_FALSE(reachability_.verdict());
  check_in_vain();
  EXPECT_FALSE(reachability_.is_server());
  EXPECT_EQ(reachability_.verdict(), false);
  EXPECT_TRUE(knock());
  EXPECT_TRUE(knock());
  EXPECT_FALSE(reachability_.is_server()) << "two knocks may be chance";
  EXPECT_TRUE(knock());
  EXPECT_TRUE(reachability_.is_server()) << "until three in a row come";
  EXPECT_EQ(reachability_.verdict(), true);
}

TEST_F(ReachabilityTest, OnlyFailuresInARowCount) {
  for (int i = 0; i < 20; ++i) {
    if (i % 4 == 3) EXPECT_TRUE(knock());
    check_in_vain();
    EXPECT_TRUE(reachability_.is_server());
  }
}

TEST_F(ReachabilityTest, AStrangersNonceCountsForNothing) {
  for (int i = 0; i < 5; ++i) check_in_vain();
  reachability_.begin(random_, now_);
  EXPECT_FALSE(reachability_.knocked({}, now_));
  EXPECT_FALSE(reachability_.knocked(random_.make<wire::Nonce>(), now_));
  EXPECT_FALSE(reachability_.is_server());
}

TEST_F(ReachabilityTest, ANonceCountsOnceAndInTimeOnly) {
  const auto nonce = reachability_.begin(random_, now_);
  EXPECT_TRUE(reachability_.knocked(nonce, now_ + 10s));
  EXPECT_FALSE(reachability_.knocked(nonce, now_ + 10s));
  const auto late = reachability_.begin(random_, now_);
  EXPECT_FALSE(reachability_.knocked(late, now_ + 10s + 1ns));
}

TEST_F(ReachabilityTest, AWithdrawnCheckTellsNothing) {
  for (int i = 0; i < 50; ++i) {
    const auto nonce = reachability_.begin(random_, now_);
    reachability_.withdraw(nonce);
    EXPECT_FALSE(reachability_.knocked(nonce, now_));
    reachability_.tick(now_ += 11s);
  }
  EXPECT_TRUE(reachability_.is_server());
  EXPECT_FALSE(reachability_.verdict());
}

TEST_F(ReachabilityTest, AKnockOfAKnownNodeEndsAServersFailuresAndProvesNothing) {
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 4; ++i) check_in_vain();
    reachability_.knocked_by_known(reachability_.begin(random_, now_));
  }
  EXPECT_TRUE(reachability_.is_server());
  EXPECT_FALSE(reachability_.verdict());
  for (int i = 0; i < 4; ++i) check_in_vain();
  reachability_.knocked_by_known(random_.make<wire::Nonce>());
  check_in_vain();
  EXPECT_FALSE(reachability_.is_server()) << "what nobody asked for counts for nothing";
  for (int i = 0; i < 9; ++i) reachability_.knocked_by_known(reachability_.begin(random_, now_));
  EXPECT_FALSE(reachability_.is_server());
}

TEST_F(ReachabilityTest, WhatIsForgottenCountsNoMore) {
  for (int i = 0; i < 5; ++i) check_in_vain();
  const auto nonce = reachability_.begin(random_, now_);
  reachability_.forget();
  EXPECT_TRUE(reachability_.is_server());
  EXPECT_FALSE(reachability_.verdict());
  EXPECT_FALSE(reachability_.knocked(nonce, now_));
  for (int i = 0; i < 3; ++i) knock();
  reachability_.forget();
  EXPECT_FALSE(reachability_.verdict());
}

TEST_F(ReachabilityTest, ChecksUnderWayAreBounded) {
  const auto first = reachability_.begin(random_, now_);
  for (int i = 0; i < 8; ++i) reachability_.begin(random_, now_);
  EXPECT_FALSE(reachability_.knocked(first, now_)) << "the oldest is given up";
}

}  // namespace
}  // namespace mycostr::dht
