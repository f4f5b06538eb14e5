#include <gtest/gtest.h>

#include "crypto/sha256.hpp"
#include "support/sim_wallet.hpp"
#include "support/started.hpp"

namespace mycostr::test {
namespace {

using namespace std::chrono_literals;
using State = PaymentStatus::State;

/// As lnd does it (docs/channels.md): A - B - C - D in a row.
class SimLightningTest : public testing::Test {
 protected:
  SimLightningTest() {
    lightning_.open(a_, b_, 1'000'000);
    lightning_.open(b_, c_, 1'000'000);
    lightning_.open(c_, d_, 1'000'000);
  }
  ~SimLightningTest() override { EXPECT_EQ(lightning_.check(), ""); }

  Invoice invoice(SimWallet& payee, std::int64_t msat = 100'000, std::chrono::seconds expiry = 3600s) {
    const auto made = clock_.run(payee.add_invoice({.preimage = random_.make<Preimage>(),
                                                    .amount = Msat{msat},
                                                    .description_hash = {},
                                                    .expiry = expiry}));
    EXPECT_TRUE(made);
    return made ? *made : Invoice();
  }
  Result<PaymentStatus> send(SimWallet& payer, const Invoice& invoice, std::int64_t max_fee = 10'000) {
    return clock_.run(payer.send({.invoice = invoice.request, .max_fee = Msat{max_fee}}));
  }
  PaymentStatus track(SimWallet& payer, const Invoice& invoice) {
    return *clock_.run(payer.track(invoice.hash));
  }
  PaymentFailure failure(const Result<PaymentStatus>& status) {
    EXPECT_EQ(status->state, State::failed);
    return status->failure;
  }
  bool is_listed(const Invoice& invoice) {
    for (const auto& channel : *clock_.run(a_.channels())) {
      if (std::ranges::count(channel.pending, invoice.hash) > 0) return true;
    }
    return false;
  }

  boost::asio::io_context loop_;
  VirtualClock clock_{loop_};
  SeededRandom random_{1};
  SimLightning lightning_{clock_, 1};
  SimWallet& a_ = lightning_.add(10'000'000);
  SimWallet& b_ = lightning_.add(10'000'000);
  SimWallet& c_ = lightning_.add(10'000'000);
  SimWallet& d_ = lightning_.add(10'000'000);
};

TEST_F(SimLightningTest, PaysOverUpToThreeChannelsForAFeeAtEachForward) {
  const auto made = invoice(d_);
  const auto before = a_.balance();
  const auto paid = send(a_, made);
  ASSERT_EQ(paid->state, State::succeeded);
  EXPECT_EQ(paid->fee, Msat{2000});
  EXPECT_EQ(crypto::sha256(paid->preimage->view()).bytes, made.hash.bytes);
  EXPECT_EQ(before.value - a_.balance().value, 102'000);
  EXPECT_EQ(d_.balance(), Msat{100'000});
  EXPECT_EQ(clock_.run(d_.find_invoice(made.hash))->state, Invoice::State::settled);
}

TEST_F(SimLightningTest, FailsAsLndDoes) {
  EXPECT_EQ(failure(send(a_, invoice(d_), 1999)), PaymentFailure::no_route);
  EXPECT_EQ(failure(send(a_, invoice(b_, 999))), PaymentFailure::no_route) << "below the minimum";
  EXPECT_EQ(failure(send(d_, invoice(a_))), PaymentFailure::insufficient_balance);
  const auto cancelled = invoice(b_);
  EXPECT_TRUE(clock_.run(b_.cancel_invoice(cancelled.hash)));
  EXPECT_EQ(failure(send(a_, cancelled)), PaymentFailure::incorrect_details);
  const auto expired = invoice(b_, 100'000, 10s);
  clock_.run_for(10s);
  EXPECT_EQ(failure(send(a_, expired)), PaymentFailure::expired);
  EXPECT_EQ(track(a_, expired).state, State::unknown);
  const auto away = invoice(d_);
  d_.kill();
  EXPECT_EQ(failure(send(a_, away)), PaymentFailure::no_route);
  EXPECT_EQ(track(a_, away).state, State::failed);
  d_.start();
  EXPECT_EQ(send(a_, away)->state, State::succeeded) << "the same invoice again";
}

TEST_F(SimLightningTest, AHashIsPaidOnce) {
  const auto made = invoice(b_);
  Started first(loop_, [](SimWallet& payer, std::string request) -> Task<> {
    co_await payer.send({.invoice = request, .max_fee = Msat{}});
  }(a_, made.request));
  clock_.run_for(8ms);
  EXPECT_EQ(send(a_, made, 0).error().code, Errc::exists) << "in flight";
  clock_.run_for(1s);
  EXPECT_EQ(send(a_, made, 0).error().code, Errc::exists) << "paid";
  EXPECT_EQ(lightning_.paid().size(), 1U);
}

TEST_F(SimLightningTest, TheSamePreimageGivesTheSameInvoice) {
  const NewInvoice wanted{.preimage = random_.make<Preimage>(), .amount = Msat{5000}, .description_hash = {}};
  const auto first = clock_.run(a_.add_invoice(wanted));
  clock_.run_for(1min);
  EXPECT_EQ(clock_.run(a_.add_invoice(wanted))->request, first->request);
  auto other = wanted;
  other.amount = Msat{6000};
  EXPECT_EQ(clock_.run(a_.add_invoice(other)).error().code, Errc::exists);
}

TEST_F(SimLightningTest, AnAnswerThatIsLostLeavesItsEffect) {
  const auto made = invoice(b_);
  a_.faults.lost_answers = 1000;
  EXPECT_EQ(send(a_, made).error().code, Errc::closed);
  a_.faults.lost_answers = 0;
  EXPECT_EQ(track(a_, made).state, State::succeeded);
}

TEST_F(SimLightningTest, APayerThatEndsWhileSendingMayBelieveForEverThatItIsInFlight) {
  std::size_t phantoms = 0;
  std::size_t arrived = 0;
  for (int i = 0; i < 60; ++i) {
    const auto made = invoice(b_);
    Started sending(loop_, [](SimWallet& payer, std::string request) -> Task<> {
      co_await payer.send({.invoice = request, .max_fee = Msat{}});
    }(a_, made.request));
    clock_.run_for(8ms);
    a_.kill();
    clock_.run_for(1s);
    a_.start();
    clock_.run_for(1h);
    const auto state = track(a_, made).state;
    if (state == State::in_flight) ++phantoms;
    if (state == State::succeeded) ++arrived;
    EXPECT_FALSE(is_listed(made));
  }
  EXPECT_GT(phantoms, 10U);
  EXPECT_EQ(arrived + phantoms, 60U) << "the others go on when it is back";
  EXPECT_EQ(lightning_.paid().size(), arrived);
}

TEST_F(SimLightningTest, APayeeThatEndsIsPaidWhenItIsBack) {
  const auto made = invoice(b_);
  Started sending(loop_, [](SimWallet& payer, std::string request) -> Task<> {
    co_await payer.send({.invoice = request, .max_fee = Msat{}});
  }(a_, made.request));
  clock_.run_for(8ms);
  b_.kill();
  clock_.run_for(30min);
  EXPECT_EQ(track(a_, made).state, State::in_flight);
  EXPECT_FALSE(is_listed(made)) << "on a channel that is not active, that proves nothing";
  b_.start();
  clock_.run_for(1s);
  EXPECT_EQ(track(a_, made).state, State::succeeded);
}

TEST_F(SimLightningTest, WhatIsHeldEndsByThePayeeOrItsTimelock) {
  lightning_.set_hold(SimHold::at_payee);
  const auto made = invoice(b_);
  Started sending(loop_, [](SimWallet& payer, std::string request) -> Task<> {
    co_await payer.send({.invoice = request, .max_fee = Msat{}});
  }(a_, made.request));
  clock_.run_for(1s);
  EXPECT_TRUE(is_listed(made));
  EXPECT_EQ(clock_.run(b_.find_invoice(made.hash))->state, Invoice::State::accepted);
  EXPECT_TRUE(clock_.run(b_.cancel_invoice(made.hash)));
  clock_.run_for(1s);
  EXPECT_EQ(track(a_, made).failure, PaymentFailure::incorrect_details);

  lightning_.set_hold(SimHold::on_the_way);
  const auto jammed = invoice(c_);
  Started other(loop_, [](SimWallet& payer, std::string request) -> Task<> {
    co_await payer.send({.invoice = request, .max_fee = Msat{5000}});
  }(a_, jammed.request));
  clock_.run_for(1s);
  EXPECT_TRUE(is_listed(jammed));
  lightning_.mine(track(a_, jammed).expiry_height - lightning_.height());
  clock_.run_for(1s);
  EXPECT_TRUE(is_listed(jammed));
  lightning_.mine();
  clock_.run_for(1s);
  EXPECT_FALSE(is_listed(jammed));
  EXPECT_EQ(track(a_, jammed).state, State::failed);
}

TEST_F(SimLightningTest, ChannelsCostFundsAndAreConfirmedAfterSomeBlocks) {
  auto& e = lightning_.add(250'000);
  EXPECT_EQ(clock_.run(e.open_channel(a_.key(), 100'000)).error().code, Errc::unreachable) << "not connected";
  EXPECT_EQ(clock_.run(e.connect(a_.key(), "elsewhere:1")).error().code, Errc::unreachable);
  ASSERT_TRUE(clock_.run(e.connect(a_.key(), a_.address())));
  EXPECT_EQ(clock_.run(e.open_channel(a_.key(), 99'999)).error().code, Errc::conflict);
  EXPECT_EQ(clock_.run(e.open_channel(a_.key(), 250'000)).error().code, Errc::not_enough);
  const auto point = clock_.run(e.open_channel(a_.key(), 100'000));
  ASSERT_TRUE(point);
  EXPECT_EQ(clock_.run(e.pending_channels())->front().point, *point);
  EXPECT_EQ(clock_.run(e.open_channel(a_.key(), 100'000)).error().code, Errc::conflict) << "one at a time";
  lightning_.mine(3);
  EXPECT_TRUE(clock_.run(e.pending_channels())->empty());
  EXPECT_EQ(clock_.run(e.channels())->front().point, *point);
  EXPECT_LT(*clock_.run(e.funds_sat()), 150'000U);
}

}  // namespace
}  // namespace mycostr::test
