#include "payment/rebalance_plan.hpp"

#include <gtest/gtest.h>

namespace mycostr::payment {
namespace {

constexpr Msat sat(std::int64_t count) {
  return Msat{count * 1000};
}

class RebalancePlanTest : public testing::Test {
 protected:
  ChannelFlow& add(std::int64_t local, std::int64_t remote, std::int64_t spend, std::int64_t income,
                   std::uint8_t peer) {
    ChannelFlow flow{};
    flow.channel.id = flows_.size() + 1;
    flow.channel.peer.bytes[0] = peer;
    flow.channel.capacity_sat = static_cast<std::uint64_t>(local + remote);
    flow.channel.local = sat(local);
    flow.channel.remote = sat(remote);
    flow.channel.is_active = true;
    flow.spend = sat(spend);
    flow.income = sat(income);
    flows_.push_back(flow);
    return flows_.back();
  }
  RebalancePlan plan(Msat spent = {}) const { return plan_rebalance(flows_, settings_, spent); }
  std::string why(std::uint64_t channel) const {
    for (const auto& skip : plan().skipped) {
      if (skip.channel == channel) return skip.why;
    }
    return {};
  }

  std::vector<ChannelFlow> flows_;
  RebalanceSettings settings_;
};

TEST_F(RebalancePlanTest, UsuallyDoesNothingAndSaysWhyOfEachChannel) {
  add(500'000, 500'000, 100'000, 0, 1);
  add(500'000, 500'000, 0, 100'000, 2);
  EXPECT_TRUE(plan().moves.empty());
  EXPECT_EQ(plan().skipped.size(), 2U);
  EXPECT_NE(why(1).find("nothing to do"), std::string::npos);
}

TEST_F(RebalancePlanTest, FillsUpADrainedChannelWithWhatItLacks) {
  add(10'000, 990'000, 60'000, 0, 1);
  add(900'000, 100'000, 100'000, 0, 2);
  const auto moves = plan().moves;
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(moves[0].from, 2U);
  EXPECT_EQ(moves[0].to, 1U);
  EXPECT_EQ(moves[0].amount, sat(50'000));
  EXPECT_EQ(moves[0].max_fee, sat(50)) << "a thousandth";
  EXPECT_EQ(moves[0].last_hop.bytes[0], 1);
}

TEST_F(RebalancePlanTest, MakesRoomToEarn) {
  add(990'000, 10'000, 0, 60'000, 1);
  add(100'000, 900'000, 0, 0, 2);
  const auto moves = plan().moves;
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(moves[0].from, 1U);
  EXPECT_EQ(moves[0].to, 2U);
  EXPECT_EQ(moves[0].amount, sat(50'000));
}

TEST_F(RebalancePlanTest, TakesOnlyWhatAChannelHasToSpare) {
  add(10'000, 990'000, 60'000, 0, 1);
  add(170'000, 100'000, 100'000, 0, 2);
  ASSERT_EQ(plan().moves.size(), 1U);
  EXPECT_EQ(plan().moves[0].amount, sat(20'000)) << "half more than it needs stays";
  flows_[1].channel.local = sat(150'000);
  EXPECT_NE(why(1).find("to spare"), std::string::npos);
}

TEST_F(RebalancePlanTest, NeverGoesInACircleWithOnePeer) {
  add(10'000, 990'000, 60'000, 0, 1);
  add(900'000, 100'000, 0, 0, 1);
  EXPECT_TRUE(plan().moves.empty());
  EXPECT_NE(why(1).find("another peer"), std::string::npos);
}

TEST_F(RebalancePlanTest, RefusesWhatWouldCostMoreThanItEarns) {
  add(10'000, 990'000, 11'000, 0, 1);
  add(900'000, 100'000, 0, 0, 2);
  EXPECT_TRUE(plan().moves.empty()) << "1,000 sat: a thousandth pays no forward";
  EXPECT_NE(why(1).find("would cost more than it earns"), std::string::npos) << why(1);
  flows_[0].spend = sat(12'100);
  EXPECT_EQ(plan().moves.size(), 1U);
}

TEST_F(RebalancePlanTest, KeepsToTheDaysBudget) {
  add(10'000, 990'000, 90'000, 0, 1);
  add(10'000, 990'000, 90'000, 0, 3);
  add(900'000, 100'000, 0, 0, 2);
  auto moves = plan().moves;
  ASSERT_EQ(moves.size(), 2U);
  EXPECT_EQ(moves[0].max_fee, sat(80));
  EXPECT_EQ(moves[1].max_fee, sat(20)) << "what is left of 100 sat";
  moves = plan(sat(99)).moves;
  EXPECT_TRUE(moves.empty());
  EXPECT_TRUE(plan(sat(1'000'000)).moves.empty());
}

TEST_F(RebalancePlanTest, WhatOneGetsAnotherDoesNot) {
  settings_.daily_budget_sat = 100'000;
  add(0, 1'000'000, 60'000, 0, 1);
  add(0, 1'000'000, 60'000, 0, 3);
  add(100'000, 100'000, 0, 0, 2);
  const auto moves = plan().moves;
  ASSERT_EQ(moves.size(), 2U);
  EXPECT_EQ(moves[0].amount, sat(60'000));
  EXPECT_EQ(moves[1].amount, sat(40'000));
}

TEST_F(RebalancePlanTest, ChannelsThatSleepAreLeftAlone) {
  add(10'000, 990'000, 60'000, 0, 1);
  add(900'000, 100'000, 0, 0, 2).channel.is_active = false;
  EXPECT_TRUE(plan().moves.empty());
  EXPECT_EQ(why(2), "it is not active");
}

}  // namespace
}  // namespace mycostr::payment
