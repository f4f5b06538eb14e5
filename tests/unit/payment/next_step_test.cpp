#include "payment/next_step.hpp"

#include <gtest/gtest.h>

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;
using State = PaymentStatus::State;

const WallTime kNow = from_unix_ms(1'800'000'000'000);

class NextStepTest : public testing::Test {
 protected:
  NextStepTest() {
    payment_.hash.bytes[0] = 1;
    payment_.invoice = "lnbc1";
    payment_.expires = kNow + 30min;
    payment_.sent = kNow - 1min;
    payment_.sent_height = 100;
    known_.wallet = WalletState::ready;
    known_.height = 110;
  }
  Step step() const { return next_step(payment_, known_, kNow, settings_); }
  void wallet_says(State state, PaymentFailure failure = PaymentFailure::none) {
    known_.status = PaymentStatus{.state = state, .expiry_height = 180, .failure = failure};
  }
  /// In flight for so long that its way out is looked for, which no channel bars.
  void make_stuck() {
    wallet_says(State::in_flight);
    payment_.sent = kNow - 10min;
    known_.channels = Known::Channels{.lists_hash = false, .all_active = true};
  }

  Payment payment_;
  Known known_;
  Settings settings_;
};

TEST_F(NextStepTest, WithoutAWalletThatIsReadyNothingIsDone) {
  for (const auto state : {WalletState::none, WalletState::offline, WalletState::locked,
                           WalletState::starting, WalletState::unsynced, WalletState::forbidden}) {
    known_.wallet = state;
    EXPECT_EQ(step(), Step::wait);
  }
}

TEST_F(NextStepTest, FirstAnInvoiceThenItIsSent) {
  payment_.sent.reset();
  EXPECT_EQ(step(), Step::send);
  payment_.expires = kNow;
  EXPECT_EQ(step(), Step::next_attempt) << "never sent, and past its time";
  payment_.invoice.clear();
  EXPECT_EQ(step(), Step::ask_invoice);
}

TEST_F(NextStepTest, WhatNeverLeftIsSentAgainWhileItsInvoiceIsGood) {
  wallet_says(State::unknown);
  EXPECT_EQ(step(), Step::send);
  payment_.expires = kNow;
  EXPECT_EQ(step(), Step::ask_cancel) << "the wallet may have lost its records";
  known_.was_refused = true;
  EXPECT_EQ(step(), Step::next_attempt);
  known_ = {.wallet = known_.wallet, .height = known_.height, .status = known_.status, .has_word = true};
  EXPECT_EQ(step(), Step::next_attempt);
}

TEST_F(NextStepTest, WhatFailedIsSentAgainWhileItsInvoiceIsGood) {
  wallet_says(State::failed, PaymentFailure::no_route);
  EXPECT_EQ(step(), Step::send);
  payment_.expires = kNow;
  EXPECT_EQ(step(), Step::next_attempt);
}

TEST_F(NextStepTest, WhatThePayeeRefusesIsAskedAbout) {
  wallet_says(State::failed, PaymentFailure::incorrect_details);
  EXPECT_EQ(step(), Step::ask_cancel);
  known_.was_refused = true;
  EXPECT_EQ(step(), Step::send) << "no answer: its invoice may still be good";
  known_.has_word = true;
  EXPECT_EQ(step(), Step::next_attempt);
}

TEST_F(NextStepTest, WhatArrivedIsSettledWhateverElseIsKnown) {
  make_stuck();
  known_.has_word = true;
  payment_.expires = kNow - 1h;
  wallet_says(State::succeeded);
  EXPECT_EQ(step(), Step::settle);
}

TEST_F(NextStepTest, InFlightIsWaitedForThenTheHolderIsAsked) {
  wallet_says(State::in_flight);
  EXPECT_EQ(step(), Step::wait);
  payment_.expires = kNow - 1min;
  EXPECT_EQ(step(), Step::wait) << "an invoice's expiry says nothing of what is under way";
  make_stuck();
  EXPECT_EQ(step(), Step::ask_cancel);
}

TEST_F(NextStepTest, TheHoldersWordEndsAStuckOneThatNoChannelCarries) {
  make_stuck();
  known_.has_word = true;
  EXPECT_EQ(step(), Step::next_attempt);
  known_.channels->lists_hash = true;
  EXPECT_EQ(step(), Step::wait);
}

TEST_F(NextStepTest, WithoutAWordEverythingElseHasToHold) {
  make_stuck();
  known_.was_refused = true;
  payment_.expires = kNow - 1min;
  known_.height = 180 + kTimelockMargin + 1;
  EXPECT_EQ(step(), Step::next_attempt);
  --known_.height;
  EXPECT_EQ(step(), Step::wait) << "the timelock";
  ++known_.height;
  known_.channels->all_active = false;
  EXPECT_EQ(step(), Step::wait) << "a channel that is not active may carry it unseen";
  known_.channels->all_active = true;
  known_.channels->lists_hash = true;
  EXPECT_EQ(step(), Step::wait) << "a channel carries it";
  known_.channels->lists_hash = false;
  payment_.expires = kNow + 1min;
  EXPECT_EQ(step(), Step::wait) << "the invoice can still be paid";
}

TEST_F(NextStepTest, ATimelockThatIsNotKnownIsTheLongestThereIs) {
  make_stuck();
  known_.status->expiry_height = 0;
  known_.was_refused = true;
  payment_.expires = kNow - 1min;
  known_.height = payment_.sent_height + kLongestTimelock + kTimelockMargin;
  EXPECT_EQ(step(), Step::wait);
  ++known_.height;
  EXPECT_EQ(step(), Step::next_attempt);
}

TEST_F(NextStepTest, AttemptsThatAreGivenUpAreLimited) {
  make_stuck();
  known_.has_word = true;
  payment_.abandoned.resize(kMaxAbandoned);
  EXPECT_EQ(step(), Step::wait);
}

class CheckInvoiceTest : public testing::Test {
 protected:
  CheckInvoiceTest() {
    wallet_.bytes[0] = 2;
    settlement_.amount = Msat{5000};
    settlement_.digest.bytes[0] = 7;
    invoice_.payee = wallet_;
    invoice_.amount = settlement_.amount;
    invoice_.description_hash = settlement_.digest;
    invoice_.expires = kNow + 1h;
  }
  bool is_right() const { return check_invoice(invoice_, wallet_, settlement_, kNow).has_value(); }

  LightningKey wallet_;
  Settlement settlement_;
  DecodedInvoice invoice_;
};

TEST_F(CheckInvoiceTest, ItIsForThisSettlementFromThisWalletAndGoodForAWhile) {
  EXPECT_TRUE(is_right());
  invoice_.expires = kNow;
  EXPECT_FALSE(is_right());
  invoice_.expires = kNow + 26h;
  EXPECT_FALSE(is_right()) << "a stuck one would wait for it";
}

TEST_F(CheckInvoiceTest, AnotherAmountIsNotPaid) {
  invoice_.amount = Msat{5001};
  EXPECT_FALSE(is_right());
  invoice_.amount = Msat{0};
  EXPECT_FALSE(is_right()) << "any amount";
}

TEST_F(CheckInvoiceTest, AnotherWalletIsNotPaid) {
  invoice_.payee.bytes[1] = 1;
  EXPECT_FALSE(is_right());
}

TEST_F(CheckInvoiceTest, AnotherSettlementIsNotPaid) {
  invoice_.description_hash = Digest();
  EXPECT_FALSE(is_right());
}

}  // namespace
}  // namespace mycostr::payment
