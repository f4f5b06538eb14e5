#include "payment/rebalancer.hpp"

#include <gtest/gtest.h>

#include "async/task_group.hpp"
#include "support/memory_meta_store.hpp"
#include "support/sim_wallet.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;
using Outcome = RebalanceMove::Result;

/// A triangle; the own channel with A is drained.
class RebalancerTest : public testing::Test {
 protected:
  RebalancerTest() {
    settings_.wallet = Settings::Wallet::lnd;
    settings_.rebalance.mode = RebalanceSettings::Mode::on;
    to_a_ = lightning_.open(own_, a_, 1'000'000, 980'000);
    to_b_ = lightning_.open(own_, b_, 1'000'000);
    lightning_.open(a_, b_, 1'000'000, 500'000);
    start();
    spend(100'000);
  }
  ~RebalancerTest() override { clock_.run(tasks_->close()); }

  void start() {
    if (tasks_) clock_.run(tasks_->close());
    tasks_ = std::make_unique<async::TaskGroup>(loop_.get_executor(), "rebalance");
    book_ = std::make_unique<PaymentBook>(store_);
    ASSERT_TRUE(clock_.run(book_->open()));
    rebalancer_ =
        std::make_unique<Rebalancer>(RebalancePorts{clock_, random_, store_, own_}, *book_, settings_);
    ASSERT_TRUE(clock_.run(rebalancer_->open()));
    tasks_->spawn(rebalancer_->run());
  }
  /// In the last week, over the channel with A.
  void spend(std::int64_t sat) {
    Payment payment{.id = random_.make<PaymentId>(), .created = clock_.wall_now()};
    payment.settlement.number = payment.settlement.first = payment.settlement.last = 1;
    payment.settlement.amount = Msat{sat * 1000};
    payment.state = PaymentState::settled;
    payment.hash = random_.make<PaymentHash>();
    payment.preimage = random_.make<Preimage>();
    payment.channel = to_a_;
    payment.settled_at = clock_.wall_now();
    ASSERT_TRUE(clock_.run(book_->save(payment, {}, Durability::synced)));
  }
  std::int64_t local_with_a() {
    const auto channels = clock_.run(own_.channels());
    for (const auto& channel : *channels) {
      if (channel.id == to_a_) return channel.local.value / 1000;
    }
    return 0;
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::SeededRandom random_{1};
  test::MemoryMetaStore store_;
  test::SimLightning lightning_{clock_, 1};
  test::SimWallet& own_ = lightning_.add(10'000'000);
  test::SimWallet& a_ = lightning_.add(10'000'000);
  test::SimWallet& b_ = lightning_.add(10'000'000);
  Settings settings_;
  std::uint64_t to_a_ = 0;
  std::uint64_t to_b_ = 0;
  std::unique_ptr<PaymentBook> book_;
  std::unique_ptr<Rebalancer> rebalancer_;
  std::unique_ptr<async::TaskGroup> tasks_;
};

TEST_F(RebalancerTest, RestoresADrainedSideOfATriangleWithinItsCaps) {
  EXPECT_EQ(local_with_a(), 17'000);
  clock_.run_for(2min);
  EXPECT_EQ(local_with_a(), 100'000);
  const auto& run = *rebalancer_->last();
  ASSERT_EQ(run.moves.size(), 1U);
  EXPECT_EQ(run.moves[0].result, Outcome::done);
  EXPECT_EQ(run.moves[0].from, to_b_);
  EXPECT_EQ(run.moves[0].fee, Msat{2 * 1000 + 2 * 83});
  EXPECT_LE(run.moves[0].fee, run.moves[0].max_fee);
  EXPECT_EQ(lightning_.check(), "");
  EXPECT_EQ(rebalancer_->next(), run.at + 24h);
}

TEST_F(RebalancerTest, DryItOnlySaysWhatItWouldDo) {
  settings_.rebalance.mode = RebalanceSettings::Mode::dry_run;
  start();
  clock_.run_for(25h);
  EXPECT_EQ(local_with_a(), 17'000);
  ASSERT_EQ(rebalancer_->last()->moves.size(), 1U);
  EXPECT_EQ(rebalancer_->last()->moves[0].result, Outcome::proposed);
  EXPECT_TRUE(rebalancer_->last()->is_dry);
}

TEST_F(RebalancerTest, RunsOnceInAPeriodAcrossRestarts) {
  clock_.run_for(2min);
  const auto at = rebalancer_->last()->at;
  for (int i = 0; i < 20; ++i) {
    start();
    clock_.run_for(1h);
  }
  EXPECT_EQ(rebalancer_->last()->at, at);
  clock_.run_for(5h);
  EXPECT_GE(rebalancer_->last()->at, at + 24h);
  EXPECT_LE(rebalancer_->last()->at, at + 24h + 2min);
  EXPECT_EQ(lightning_.paid().size(), 1U);
}

TEST_F(RebalancerTest, APaymentWhoseAnswerIsLostIsNotMadeAgain) {
  own_.faults.lost_answers = 400;
  for (int i = 0; i < 30; ++i) {
    clock_.run_for(7s);
    start();
  }
  own_.faults = {};
  clock_.run_for(10min);
  EXPECT_LE(lightning_.paid().size(), 1U);
  for (const auto& move : rebalancer_->last()->moves) EXPECT_NE(move.result, Outcome::under_way);
}

TEST_F(RebalancerTest, ARouteThatCostsTooMuchFails) {
  lightning_.set_hold(test::SimHold::none);
  b_.kill();
  settings_.rebalance.max_ppm = 25;
  start();
  clock_.run_for(2min);
  EXPECT_TRUE(rebalancer_->last()->moves.empty()) << "the only other channel sleeps";
  b_.start();
  clock_.run_for(25h);
  EXPECT_TRUE(rebalancer_->last()->moves.empty());
  EXPECT_NE(rebalancer_->last()->skipped.front().why.find("cost more than it earns"), std::string::npos);
}

TEST(RebalanceRow, KeepsEverything) {
  RebalanceRun run{.at = from_unix_ms(1000), .is_dry = false};
  run.moves.push_back({.from = 1,
                       .to = 2,
                       .last_hop = {},
                       .amount = Msat{3},
                       .max_fee = Msat{4},
                       .fee = Msat{5},
                       .hash = PaymentHash(),
                       .result = Outcome::failed,
                       .why = "no"});
  run.skipped.push_back({7, "because"});
  run.fees.emplace_back(from_unix_ms(500), Msat{9});
  EXPECT_EQ(*decode_rebalance_row(encode_row(run)), run);
  EXPECT_FALSE(decode_rebalance_row("rubbish"));
}

}  // namespace
}  // namespace mycostr::payment
