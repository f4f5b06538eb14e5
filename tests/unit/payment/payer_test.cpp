#include "payment/payer.hpp"

#include "payment/next_step.hpp"
#include "unit/payment/paying_world.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;

class PayerTest : public testing::Test {
 protected:
  void connect(std::uint64_t capacity_sat = 1'000'000) {
    lightning_.open(world_.owner.wallet, world_.holder.wallet, capacity_sat);
  }
  /// By way of a third node.
  void connect_far() {
    auto& hop = lightning_.add(10'000'000);
    lightning_.open(world_.owner.wallet, hop, 1'000'000);
    lightning_.open(hop, world_.holder.wallet, 1'000'000);
  }
  /// The owner's disk loses payments and settlements; statements were agreed on anew.
  void forget_payments() {
    WriteBatch lost;
    for (const auto& [key, value] : world_.owner.meta.rows()) {
      if (key.starts_with("pm/") || key.starts_with("pl/") || key.starts_with("pf/") ||
          key.starts_with("pt/"))
        lost.erase(key);
    }
    world_.owner.meta.preset(std::move(lost));
  }

  PayingWorld world_{1};
  test::SimLightning& lightning_{world_.lightning};
};

TEST_F(PayerTest, PaysAtTheThresholdOverTheChannelWithTheHolder) {
  connect();
  world_.owe(60'000);
  world_.pass(10min);
  EXPECT_TRUE(world_.payments(world_.owner).empty()) << "too little yet";
  world_.owe(40'000);
  ASSERT_TRUE(world_.pass_until_paid(5s));
  world_.expect_paid_once();
  const auto payment = world_.last_payment(world_.owner);
  EXPECT_EQ(payment.settlement.first, 1U);
  EXPECT_EQ(payment.settlement.last, 2U);
  EXPECT_EQ(payment.fee, Msat{0});
  EXPECT_EQ(payment.sends, 1U);
  EXPECT_NE(payment.channel, 0U);
  const auto receipt = world_.last_payment(world_.holder);
  EXPECT_EQ(receipt.preimage, payment.preimage);
  EXPECT_EQ(receipt.channel, payment.channel);
  EXPECT_EQ(receipt.direction, Direction::in);
}

TEST_F(PayerTest, PaysLittleOnceItIsOld) {
  connect();
  world_.owe(5'000);
  world_.pass(23h);
  EXPECT_TRUE(lightning_.paid().empty());
  ASSERT_TRUE(world_.pass_until_paid(2h));
  world_.expect_paid_once();
}

TEST_F(PayerTest, PaysTheRestWhenTheAgreementEnds) {
  connect();
  world_.owe(5'000, true);
  ASSERT_TRUE(world_.pass_until_paid(1min));
  world_.expect_paid_once();
}

TEST_F(PayerTest, PaysOverOtherNodesWithinTheFeeAllowed) {
  connect_far();
  world_.owe(200'000);
  ASSERT_TRUE(world_.pass_until_paid(5s));
  world_.expect_paid_once();
  EXPECT_EQ(world_.last_payment(world_.owner).fee, Msat{1000});
  EXPECT_EQ(world_.owner.life->peers.find(world_.holder.identity.id())->routed, PeerWallet::Routed::found);
}

TEST_F(PayerTest, PaysOverOtherNodesWhereTheChannelHoldsTooLittle) {
  lightning_.open(world_.owner.wallet, world_.holder.wallet, 100'000, 96'000);
  connect_far();
  world_.owe(500'000);
  ASSERT_TRUE(world_.pass_until_paid(5s));
  world_.expect_paid_once();
  EXPECT_EQ(world_.last_payment(world_.owner).sends, 2U) << "the channel's reserve is not to be had";
}

TEST_F(PayerTest, WithoutAWayItWaitsAndSaysWhy) {
  connect_far();
  world_.owner.wallet.kill();
  world_.owe(200'000);
  world_.pass(1min);
  EXPECT_TRUE(world_.problem().starts_with("wallet_offline")) << world_.problem();
  world_.owner.wallet.start();
  world_.holder.wallet.kill();
  world_.pass(11min);
  EXPECT_TRUE(world_.problem().starts_with("no_invoice")) << world_.problem();
  world_.holder.wallet.start();
  ASSERT_TRUE(world_.pass_until_paid(11min));
  world_.expect_paid_once();
}

TEST_F(PayerTest, NothingIsPaidWhileTheWalletIsNotReady) {
  connect();
  for (const auto& [state, word] :
       std::vector<std::pair<WalletState, std::string>>{{WalletState::locked, "wallet_locked"},
                                                        {WalletState::unsynced, "wallet_unsynced"},
                                                        {WalletState::forbidden, "wallet_forbidden"},
                                                        {WalletState::starting, "wallet_starting"}}) {
    world_.owner.wallet.set_state(state);
    if (world_.owed == 0) world_.owe(200'000);
    world_.pass(11min);
    EXPECT_TRUE(world_.problem().starts_with(word)) << world_.problem();
  }
  EXPECT_EQ(world_.owner.wallet.sends(), 0U);
  world_.owner.wallet.set_state(WalletState::ready);
  ASSERT_TRUE(world_.pass_until_paid(11min));
}

TEST_F(PayerTest, AnswersThatAreLostChangeNothing) {
  connect();
  world_.owner.wallet.faults = {.lost_requests = 100, .lost_answers = 150, .slow_answers = 100};
  world_.holder.wallet.faults = {.lost_requests = 100, .lost_answers = 150, .lost_hints = 500};
  world_.network.set_loss(100);
  for (int i = 0; i < 20; ++i) {
    world_.owe(100'000);
    ASSERT_TRUE(world_.pass_until_paid(5h)) << world_.problem();
    world_.pass(2h);
  }
  world_.expect_paid_once();
  EXPECT_EQ(world_.payments(world_.owner).size(), 20U);
}

TEST_F(PayerTest, AFailedAttemptIsSentAgainUntilItsInvoiceExpiresThenThereIsAnother) {
  world_.owe(200'000);
  world_.pass(50min);
  auto payment = world_.last_payment(world_.owner);
  EXPECT_EQ(payment.attempt, 0U);
  EXPECT_GT(payment.sends, 3U);
  EXPECT_TRUE(payment.problem.starts_with("insufficient_balance")) << payment.problem;
  world_.pass(30min);
  payment = world_.last_payment(world_.owner);
  EXPECT_EQ(payment.attempt, 1U);
  EXPECT_TRUE(payment.abandoned.empty()) << "the wallet knows that nothing is under way";
  connect();
  ASSERT_TRUE(world_.pass_until_paid(11min));
  world_.expect_paid_once();
}

TEST_F(PayerTest, APaymentThatIsStuckForEverIsCancelledByTheHolderAndMadeAnew) {
  connect();
  lightning_.set_phantoms(1000);
  world_.owe(200'000);
  world_.pass(9min);
  lightning_.set_phantoms(0);
  EXPECT_EQ(world_.last_payment(world_.owner).state, PaymentState::in_flight);
  ASSERT_TRUE(world_.pass_until_paid(3min));
  world_.expect_paid_once();
  const auto payment = world_.last_payment(world_.owner);
  EXPECT_EQ(payment.attempt, 1U);
  ASSERT_EQ(payment.abandoned.size(), 1U);
  const auto word =
      wire::decode_invoice_cancelled(payment.abandoned[0].word, world_.holder.identity.public_key());
  ASSERT_TRUE(word);
  EXPECT_EQ(word->hash, payment.abandoned[0].hash);
  EXPECT_NE(payment.hash, payment.abandoned[0].hash);
}

TEST_F(PayerTest, AStuckPaymentThatAChannelStillCarriesIsWaitedFor) {
  connect_far();
  lightning_.set_hold(test::SimHold::on_the_way);
  world_.owe(200'000);
  world_.pass(1h);
  EXPECT_EQ(world_.last_payment(world_.owner).attempt, 0U) << "though the holder has given its word";
  EXPECT_TRUE(world_.problem().starts_with("stuck")) << world_.problem();
  lightning_.set_hold(test::SimHold::none);
  lightning_.mine(200);
  ASSERT_TRUE(world_.pass_until_paid(15min)) << world_.problem();
  world_.expect_paid_once();
}

TEST_F(PayerTest, WithoutTheHoldersWordATimelockEndsAStuckPayment) {
  connect();
  lightning_.set_phantoms(1000);
  world_.owe(200'000);
  world_.pass(1min);
  world_.holder.crash(test::Crash::process_kill);
  lightning_.set_phantoms(0);
  world_.pass(2h);
  EXPECT_EQ(world_.last_payment(world_.owner).attempt, 0U);
  lightning_.mine(80 + kTimelockMargin + 1);
  world_.pass(3min);
  const auto payment = world_.last_payment(world_.owner);
  EXPECT_EQ(payment.attempt, 1U);
  ASSERT_EQ(payment.abandoned.size(), 1U);
  EXPECT_TRUE(payment.abandoned[0].word.empty());
  world_.holder.start();
  ASSERT_TRUE(world_.pass_until_paid(15min));
  world_.expect_paid_once();
}

TEST_F(PayerTest, ATimelockEndsNothingWhileAChannelIsDown) {
  connect();
  lightning_.set_phantoms(1000);
  world_.owe(200'000);
  world_.pass(1min);
  world_.holder.crash(test::Crash::process_kill);
  world_.holder.wallet.kill();
  world_.pass(2h);
  lightning_.mine(500);
  world_.pass(1h);
  EXPECT_EQ(world_.last_payment(world_.owner).attempt, 0U);
}

TEST_F(PayerTest, AHeldPaymentAcrossACrashEndsInExactlyOne) {
  connect();
  lightning_.set_hold(test::SimHold::at_payee);
  world_.owe(200'000);
  world_.pass(2s);
  EXPECT_EQ(lightning_.in_flight(), 1U);
  world_.owner.restart();
  world_.holder.restart();
  world_.owner.wallet.kill();
  world_.pass(3s);
  world_.owner.wallet.start();
  lightning_.set_hold(test::SimHold::none);
  lightning_.settle_held();
  ASSERT_TRUE(world_.pass_until_paid(2min));
  world_.expect_paid_once();
  EXPECT_EQ(world_.last_payment(world_.owner).attempt, 0U);
}

TEST_F(PayerTest, AHeldPaymentThatIsCancelledIsMadeAnew) {
  connect();
  lightning_.set_hold(test::SimHold::at_payee);
  world_.owe(200'000);
  world_.pass(2s);
  lightning_.set_hold(test::SimHold::none);
  ASSERT_TRUE(world_.pass_until_paid(15min));
  world_.expect_paid_once();
  EXPECT_EQ(world_.last_payment(world_.owner).attempt, 1U);
}

TEST_F(PayerTest, OneThatArrivesAfterItWasGivenUpSettlesThePayment) {
  connect();
  world_.holder_lies = true;
  world_.owe(200'000);
  // On its way, and not listed, while the payee is down.
  const auto& changes = world_.owner.changes;
  while (changes.empty() || changes.back().state != PaymentState::in_flight) world_.pass(1ms);
  world_.pass(8ms);
  world_.holder.wallet.kill();
  world_.pass(12min);
  ASSERT_EQ(world_.last_payment(world_.owner).attempt, 1U);
  world_.holder.wallet.start();
  ASSERT_TRUE(world_.pass_until_paid(15min)) << world_.state();
  world_.expect_paid_once();
  EXPECT_EQ(world_.last_payment(world_.owner).attempt, 0U);
}

TEST_F(PayerTest, WhatWasPaidTwiceAfterAllIsShown) {
  connect();
  world_.owe(200'000);
  ASSERT_TRUE(world_.pass_until_paid(1min));
  auto& wallet = world_.holder.wallet;
  const auto other = world_.clock.run(wallet.add_invoice(
      {.preimage = world_.random.make<Preimage>(), .amount = Msat{200'000}, .description_hash = {}}));
  ASSERT_TRUE(world_.clock.run(world_.owner.wallet.send({.invoice = other->request, .max_fee = {}})));
  auto payment = world_.last_payment(world_.owner);
  payment.abandoned.push_back({0, other->hash, world_.clock.wall_now(), {}});
  ASSERT_TRUE(world_.clock.run(world_.owner.life->book.save(payment, {}, Durability::synced)));
  world_.owner.restart();
  world_.pass(1min);
  EXPECT_TRUE(world_.problem().starts_with("paid_twice")) << world_.problem();
}

TEST_F(PayerTest, TheBudgetHoldsBackWhatDoesNotFit) {
  connect();
  for (int i = 0; i < 6; ++i) {
    world_.owe(190'000);
    world_.pass(20s);
  }
  EXPECT_EQ(lightning_.paid().size(), 5U) << "1,000,000 msat an hour";
  EXPECT_TRUE(world_.problem().starts_with("budget_hour")) << world_.problem();
  EXPECT_EQ(world_.last_payment(world_.owner).state, PaymentState::pending);
  ASSERT_TRUE(world_.pass_until_paid(70min));
  world_.expect_paid_once();
}

TEST_F(PayerTest, WhatIsMoreThanTheBudgetLetsGoIsPaidInParts) {
  connect();
  world_.owner.wallet.set_state(WalletState::locked);
  world_.owner.life->tasks.cancel();
  for (int i = 0; i < 12; ++i) world_.owe(150'000);
  world_.owner.wallet.set_state(WalletState::ready);
  world_.owner.restart();
  ASSERT_TRUE(world_.pass_until_paid(3h)) << world_.state();
  world_.expect_paid_once();
  EXPECT_GT(world_.payments(world_.owner).size(), 1U);
}

TEST_F(PayerTest, AnOwnerThatHasLostItsDiskFindsWhatItHasPaid) {
  connect();
  world_.owe(200'000);
  ASSERT_TRUE(world_.pass_until_paid(1min));
  world_.owner.crash(test::Crash::process_kill);
  forget_payments();
  world_.owner.start();
  EXPECT_EQ(world_.owners().owed(), Msat{200'000});
  ASSERT_TRUE(world_.pass_until_paid(1min));
  world_.expect_paid_once();
}

TEST_F(PayerTest, AlsoWhereItsInvoiceIsPastItsTime) {
  connect();
  world_.owe(200'000);
  ASSERT_TRUE(world_.pass_until_paid(1min));
  world_.owner.crash(test::Crash::process_kill);
  forget_payments();
  world_.pass(3h);
  world_.owner.start();
  EXPECT_EQ(world_.owners().owed(), Msat{200'000});
  ASSERT_TRUE(world_.pass_until_paid(1min)) << world_.problem();
  world_.expect_paid_once();
}

TEST_F(PayerTest, AWalletThatHasLostItsRecordsDoesNotHideAPayment) {
  connect();
  lightning_.set_hold(test::SimHold::at_payee);
  world_.owe(200'000);
  world_.pass(10s);
  ASSERT_EQ(world_.last_payment(world_.owner).state, PaymentState::in_flight);
  world_.owner.crash(test::Crash::process_kill);
  lightning_.settle_held();
  world_.pass(3h);
  ASSERT_EQ(lightning_.paid().size(), 1U);
  world_.owner.wallet.forget_payments();
  world_.owner.start();
  ASSERT_TRUE(world_.pass_until_paid(1h)) << world_.problem();
  world_.expect_paid_once();
}

TEST_F(PayerTest, AsMuchAsTheBudgetLetsGoIsPaidAtOnce) {
  connect();
  world_.owner.life->tasks.cancel();
  for (const auto msat : {400, 400, 900'000, 900'000}) world_.owe(msat);
  world_.owner.restart();
  ASSERT_TRUE(world_.pass_until_paid(5h)) << world_.state();
  world_.expect_paid_once();
  const auto payments = world_.payments(world_.owner);
  ASSERT_EQ(payments.size(), 2U);
  EXPECT_EQ(payments.front().settlement.amount, Msat{900'800});
}

}  // namespace
}  // namespace mycostr::payment
