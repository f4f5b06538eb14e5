#include "payment/channel_plan.hpp"

#include <gtest/gtest.h>

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;
using Way = ChannelDecision::Way;

const WallTime kNow = from_unix_ms(1'800'000'000'000);

class ChannelPlanTest : public testing::Test {
 protected:
  ChannelPlanTest() {
    need_.wallet.addresses = {"10.0.0.1:9735"};
    need_.wallet.routed = PeerWallet::Routed::failed;
    need_.wallet.routed_at = kNow - 2h;
    need_.owed = Msat{200'000};
    need_.is_regular = true;
    need_.month = Msat{10'000'000};
    means_.funds_sat = 10'000'000;
  }
  ChannelDecision decide() const { return plan_channels({need_}, means_, settings_, kNow).front(); }
  void expect_wait(std::string_view why) const {
    const auto decision = decide();
    EXPECT_EQ(decision.way, Way::wait);
    EXPECT_NE(decision.why.find(why), std::string::npos) << decision.why;
    EXPECT_EQ(decision.capacity_sat, 0U);
  }
  Channel& add_channel(std::int64_t local_sat) {
    need_.channels.push_back({.point = "a:0",
                              .peer = {},
                              .capacity_sat = 100'000,
                              .local = Msat{local_sat * 1000},
                              .remote = {},
                              .is_active = true});
    return need_.channels.back();
  }
  ChannelIntent& add_intent(ChannelIntent::State state, Duration ago) {
    const auto at = kNow - std::chrono::duration_cast<std::chrono::milliseconds>(ago);
    need_.intent = ChannelIntent{.peer = {}, .key = {}, .state = state, .at = at, .changed = at};
    return *need_.intent;
  }

  PeerNeed need_{};
  ChannelMeans means_;
  Settings settings_;
};

TEST_F(ChannelPlanTest, OpensTheSmallestChannelThereIsWhenOwedWithoutARoute) {
  const auto decision = decide();
  EXPECT_EQ(decision.way, Way::open);
  EXPECT_EQ(decision.capacity_sat, 100'000U);
  EXPECT_FALSE(decision.why.empty());
}

TEST_F(ChannelPlanTest, HoldsAMonthsSpend) {
  need_.month = Msat{500'000'000};
  const auto decision = decide();
  EXPECT_EQ(decision.way, Way::open);
  EXPECT_GE(decision.capacity_sat, 500'000U * 101 / 100);
  EXPECT_LE(decision.capacity_sat, 530'000U);
}

TEST_F(ChannelPlanTest, AChannelThatHoldsEnoughIsUsed) {
  add_channel(2'000);
  EXPECT_EQ(decide().way, Way::direct);
  need_.owed = Msat{1'500'000};
  EXPECT_EQ(decide().way, Way::open) << "a hundredth stays in it";
}

TEST_F(ChannelPlanTest, OtherNodesAreTriedFirst) {
  need_.wallet.routed = PeerWallet::Routed::unknown;
  EXPECT_EQ(decide().way, Way::routed);
  need_.wallet.routed = PeerWallet::Routed::found;
  EXPECT_EQ(decide().way, Way::routed);
}

TEST_F(ChannelPlanTest, AHolderThatIsAwayForAMomentGetsNone) {
  need_.wallet.routed_at = kNow - 59min;
  expect_wait("may pass");
  need_.wallet.routed_at = kNow - 60min;
  EXPECT_EQ(decide().way, Way::open);
}

TEST_F(ChannelPlanTest, AChannelUnderWayOrAsleepIsWaitedFor) {
  need_.is_opening = true;
  expect_wait("being opened");
  need_.is_opening = false;
  add_intent(ChannelIntent::State::intended, 5min);
  expect_wait("being opened");
  need_.intent.reset();
  add_channel(90'000).is_active = false;
  expect_wait("not active");
}

TEST_F(ChannelPlanTest, NobodyIsGivenAChannelForOneSmallStatement) {
  need_.is_regular = false;
  need_.owed = Msat{99'999};
  expect_wait("regularly");
  need_.owed = Msat{100'000};
  EXPECT_EQ(decide().way, Way::open);
}

TEST_F(ChannelPlanTest, TheOperatorMayForbidIt) {
  settings_.channels.open = ChannelSettings::Open::never;
  expect_wait("never");
}

TEST_F(ChannelPlanTest, AfterAFailureItPauses) {
  add_intent(ChannelIntent::State::failed, 59min).why = "conflict: too small";
  expect_wait("too small");
  add_intent(ChannelIntent::State::failed, 61min);
  EXPECT_EQ(decide().way, Way::open);
}

TEST_F(ChannelPlanTest, NoPeerGetsTwoChannelsADay) {
  add_intent(ChannelIntent::State::open, 23h);
  expect_wait("within a day");
  add_intent(ChannelIntent::State::open, 25h);
  EXPECT_EQ(decide().way, Way::open);
}

TEST_F(ChannelPlanTest, FundsAndTheDaysBudgetAreLimits) {
  means_.funds_sat = 101'999;
  expect_wait("on the chain");
  means_.funds_sat = 102'000;
  EXPECT_EQ(decide().capacity_sat, 100'000U);
  need_.month = Msat{500'000'000};
  means_.funds_sat = 10'000'000;
  means_.opened_today_sat = 800'000;
  EXPECT_EQ(decide().capacity_sat, 200'000U) << "what is left of the budget";
  means_.opened_today_sat = 900'001;
  expect_wait("daily_budget");
}

TEST_F(ChannelPlanTest, WhatTheFirstGetsTheNextHaveNot) {
  settings_.channels.daily_budget_sat = 250'000;
  const auto plan = plan_channels({need_, need_, need_}, means_, settings_, kNow);
  EXPECT_EQ(plan[0].way, Way::open);
  EXPECT_EQ(plan[1].way, Way::open);
  EXPECT_EQ(plan[2].way, Way::wait);
}

TEST_F(ChannelPlanTest, AMinimumBelowTheNetworksIsTheNetworks) {
  settings_.channels.min_sat = 1;
  EXPECT_EQ(decide().capacity_sat, 100'000U);
}

TEST(ChannelIntentRow, KeepsEverything) {
  ChannelIntent intent{.peer = {},
                       .key = {},
                       .state = ChannelIntent::State::opening,
                       .capacity_sat = 123'456,
                       .at = kNow,
                       .changed = kNow + 1s,
                       .known_points = {"a:0", "b:1"},
                       .point = "c:0",
                       .why = "because"};
  intent.peer.bytes[0] = intent.key.bytes[0] = 3;
  EXPECT_EQ(*decode_intent_row(intent.key, encode_row(intent)), intent);
  EXPECT_FALSE(decode_intent_row(intent.key, "rubbish"));
}

}  // namespace
}  // namespace mycostr::payment
