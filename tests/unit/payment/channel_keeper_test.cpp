#include "payment/channel_keeper.hpp"

#include "unit/payment/paying_world.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;
using State = ChannelIntent::State;

class ChannelKeeperTest : public testing::Test {
 protected:
  ChannelKeeperTest() {
    world_.pass(48h);  // so that what is owed says little of a month
    world_.has_channels = true;
    world_.owner.restart();
  }
  /// An hour in which a block is found every ten minutes.
  void pass_hour() {
    for (int i = 0; i < 6; ++i) {
      world_.pass(10min);
      world_.lightning.mine();
    }
  }
  std::size_t opened() const { return world_.owner.wallet.channels_opened(); }
  std::vector<State> states() const {
    std::vector<State> out;
    for (const auto& intent : world_.intents) out.push_back(intent.state);
    return out;
  }

  PayingWorld world_{1};
};

TEST_F(ChannelKeeperTest, OpensAChannelOfTheMinimumToAHolderThatIsOwedAndPaysOverIt) {
  world_.owe(200'000);
  pass_hour();
  EXPECT_EQ(opened(), 0U);
  EXPECT_NE(world_.owner.life->channels->decisions().front().why.find("may pass"), std::string::npos);
  pass_hour();
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(states(), (std::vector{State::intended, State::opening, State::open}));
  EXPECT_EQ(world_.intents.back().capacity_sat, 100'000U);
  const auto routed = world_.owner.life->peers.find(world_.holder.identity.id())->routed;
  EXPECT_EQ(routed, PeerWallet::Routed::unknown) << "other nodes are tried again before the next one";
  ASSERT_TRUE(world_.pass_until_paid(15min));
  world_.expect_paid_once();
  world_.owe(200'000);
  ASSERT_TRUE(world_.pass_until_paid(15min));
  pass_hour();
  EXPECT_EQ(opened(), 1U);
  const auto& decision = world_.owner.life->channels->decisions().front();
  EXPECT_EQ(decision.way, ChannelDecision::Way::direct);
}

TEST_F(ChannelKeeperTest, AnAnswerThatIsLostOpensNoSecondOne) {
  world_.owner.wallet.faults.lost_answers = 300;
  world_.owe(200'000);
  for (int i = 0; i < 5; ++i) pass_hour();
  EXPECT_EQ(opened(), 1U);
  ASSERT_TRUE(world_.pass_until_paid(15min));
}

TEST_F(ChannelKeeperTest, CrashesAtAnyMomentOpenNoSecondOne) {
  std::size_t opened_before = 0;
  std::size_t opened_amid = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::SeededRandom dice(seed);
    PayingWorld world(seed);
    world.has_channels = true;
    world.owner.restart();
    world.owner.wallet.faults.lost_answers = dice.below(200);
    world.owe(200'000);
    world.pass(1h - 3s);
    opened_before += world.owner.wallet.channels_opened();
    // The channel is asked for at the first look an hour after the payment failed.
    for (int i = 0; i < 60; ++i) {
      world.pass(std::chrono::milliseconds(dice.below(400)));
      if (dice.chance(1, 3)) {
        world.owner.crash(dice.chance(1, 2) ? test::Crash::process_kill : test::Crash::power_loss);
        world.owner.start();
      }
    }
    opened_amid += world.owner.wallet.channels_opened();
    world.owner.wallet.faults = {};
    for (int i = 0; i < 24; ++i) {
      world.pass(10min);
      world.lightning.mine();
    }
    EXPECT_EQ(world.owner.wallet.channels_opened(), 1U);
    EXPECT_TRUE(world.pass_until_paid(15min));
    world.expect_paid_once();
    if (HasFailure()) break;
  }
  EXPECT_EQ(opened_before, 0U);
  EXPECT_GT(opened_amid, 50U) << "the crashes were at other moments than the opening";
}

TEST_F(ChannelKeeperTest, AHolderThatIsAwayIsTriedAgainAfterAPause) {
  world_.owe(200'000);
  world_.pass(59min);
  ASSERT_EQ(opened(), 0U);
  world_.holder.wallet.kill();
  world_.pass(30min);
  EXPECT_EQ(opened(), 0U);
  ASSERT_FALSE(world_.intents.empty());
  EXPECT_EQ(world_.intents.back().state, State::failed);
  const auto tries = world_.intents.size();
  world_.holder.wallet.start();
  world_.pass(20min);
  EXPECT_EQ(world_.intents.size(), tries);
  for (int i = 0; i < 3; ++i) pass_hour();
  EXPECT_EQ(opened(), 1U);
}

TEST_F(ChannelKeeperTest, WithoutFundsItSaysSo) {
  auto& poor = world_.owner.wallet;
  world_.lightning.open(poor, world_.lightning.add(0), 9'950'000);
  world_.owe(200'000);
  pass_hour();
  pass_hour();
  EXPECT_EQ(opened(), 0U);
  const auto& decisions = world_.owner.life->channels->decisions();
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_EQ(decisions[0].way, ChannelDecision::Way::wait);
  EXPECT_NE(decisions[0].why.find("on the chain"), std::string::npos) << decisions[0].why;
}

}  // namespace
}  // namespace mycostr::payment
