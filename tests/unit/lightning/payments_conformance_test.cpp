#include "conformance_test.hpp"

namespace mycostr::lightning {

namespace {

constexpr auto kSucceeded = PaymentStatus::State::succeeded;
constexpr auto kInFlight = PaymentStatus::State::in_flight;
constexpr auto kFailed = PaymentStatus::State::failed;

}  // namespace

TEST_P(WalletConformance, ADirectPaymentArrives) {
  std::vector<PaymentHash> settled;
  wallets[1].on_settled = [&](const PaymentHash& hash) { settled.push_back(hash); };
  wallets[1].start();
  run_for(std::chrono::milliseconds(300));
  const auto wish = new_invoice(3000);
  const auto invoice = added(1, wish);
  const auto before = channel(0, 1);
  ASSERT_TRUE(before.is_active);

  const auto status = sent(0, {.invoice = invoice.request, .max_fee = {}}).value();
  EXPECT_EQ(status.state, kSucceeded);
  EXPECT_EQ(status.preimage, wish.preimage);
  EXPECT_EQ(status.fee.value, 0);
  EXPECT_EQ(status.channel, before.id);
  EXPECT_EQ(tracked(0, invoice.hash).preimage, wish.preimage);

  const auto found = run(wallets[1].find_invoice(invoice.hash)).value();
  EXPECT_EQ(found.state, Invoice::State::settled);
  EXPECT_EQ(found.paid.value, 3000);
  EXPECT_EQ(found.channel, before.id);
  ASSERT_TRUE(found.settled_at);
  EXPECT_LT(std::chrono::abs(clock.wall_now() - *found.settled_at), std::chrono::seconds(60));
  wait_until([&] { return channel(0, 1).local.value == before.local.value - 3000; });
  wait_until([&] { return settled == std::vector{invoice.hash}; });
  wallets[1].on_settled = nullptr;
}

TEST_P(WalletConformance, NothingIsPaidTwice) {
  const auto invoice = added(1, new_invoice(1000));
  ASSERT_EQ(sent(0, {.invoice = invoice.request, .max_fee = {}}).value().state, kSucceeded);
  EXPECT_EQ(sent(0, {.invoice = invoice.request, .max_fee = {}}).error().code, Errc::exists);
  EXPECT_EQ(tracked(0, invoice.hash).state, kSucceeded);
  EXPECT_EQ(run(wallets[1].cancel_invoice(invoice.hash)).error().code, Errc::conflict);
}

TEST_P(WalletConformance, EightSendsOfOneInvoiceAtOncePayOnce) {
  const auto invoice = added(1, new_invoice(1000));
  struct Keep {
    static Task<> in(std::optional<Result<PaymentStatus>>& out, Wallet& wallet, SendRequest send) {
      out = co_await wallet.send(std::move(send));
    }
  };
  std::array<std::optional<Result<PaymentStatus>>, 8> outcomes;
  std::deque<test::Started> sends;
  for (auto& outcome : outcomes) {
    sends.emplace_back(loop, Keep::in(outcome, wallets[0], {.invoice = invoice.request, .max_fee = {}}));
  }
  run_until([&] { return std::ranges::all_of(sends, &test::Started::ended); });
  int paid = 0;
  for (const auto& outcome : outcomes) {
    if (outcome->has_value()) {
      EXPECT_EQ(outcome->value().state, kSucceeded);
      ++paid;
    } else {
      EXPECT_EQ(outcome->error().code, Errc::exists);
    }
  }
  EXPECT_EQ(paid, 1);
  EXPECT_EQ(run(wallets[1].find_invoice(invoice.hash)).value().paid.value, 1000);
}

TEST_P(WalletConformance, WhatNeverLeftIsUnknown) {
  EXPECT_EQ(tracked(0, hash_of(new_preimage())).state, PaymentStatus::State::unknown);
}

TEST_P(WalletConformance, OneMsatCanBePaid) {
  const auto invoice = added(1, new_invoice(1));
  EXPECT_EQ(sent(0, {.invoice = invoice.request, .max_fee = {}}).value().state, kSucceeded);
  EXPECT_EQ(run(wallets[1].find_invoice(invoice.hash)).value().paid.value, 1);
}

TEST_P(WalletConformance, MoreThanThereIsIsInsufficientBalance) {
  const auto invoice = added(1, new_invoice(50'000'000'000));
  const auto status = sent(0, {.invoice = invoice.request, .max_fee = {}}).value();
  EXPECT_EQ(status.state, kFailed);
  EXPECT_EQ(status.failure, PaymentFailure::insufficient_balance);
}

TEST_P(WalletConformance, RoutesCostFees) {
  const auto invoice = added(2, new_invoice(100'000));
  const auto free = sent(0, {.invoice = invoice.request, .max_fee = {}}).value();
  EXPECT_EQ(free.state, kFailed);
  EXPECT_EQ(free.failure, PaymentFailure::no_route);
  // The same invoice may be sent again after it has failed.
  const auto paid = sent(0, {.invoice = invoice.request, .max_fee = {5000}}).value();
  EXPECT_EQ(paid.state, kSucceeded);
  EXPECT_GE(paid.fee.value, 1000);
  EXPECT_LE(paid.fee.value, 5000);
}

TEST_P(WalletConformance, AWalletPaysItselfAroundTheRing) {
  const auto invoice = added(0, new_invoice(10'000'000));
  const auto out = channel(0, 1);
  const auto back = channel(0, 3);
  const auto status =
      sent(0,
           {.invoice = invoice.request, .max_fee = {20'000}, .out_channels = {out.id}, .last_hop = keys[3]})
          .value();
  ASSERT_EQ(status.state, kSucceeded);
  EXPECT_EQ(status.channel, out.id);
  EXPECT_GT(status.fee.value, 0);
  wait_until([&] { return channel(0, 3).local.value == back.local.value + 10'000'000; });
}

TEST_P(WalletConformance, AHeldPaymentIsInFlightUntilItIsSettled) {
  const auto preimage = new_preimage();
  const auto hash = hash_of(preimage);
  Admin payee(network->admin(1));
  const auto request = payee.add_hold_invoice(hash.text(), 7000);
  std::optional<Result<PaymentStatus>> outcome;
  struct Keep {
    static Task<> in(std::optional<Result<PaymentStatus>>& out, Wallet& wallet, SendRequest send) {
      out = co_await wallet.send(std::move(send));
    }
  };
  test::Started sending(loop, Keep::in(outcome, wallets[0], {.invoice = request, .max_fee = {}}));
  wait_until([&] { return run(wallets[1].find_invoice(hash)).value().state == Invoice::State::accepted; });

  const auto status = tracked(0, hash);
  EXPECT_EQ(status.state, kInFlight);
  EXPECT_EQ(status.channel, channel(0, 1).id);
  EXPECT_GT(status.expiry_height, run(wallets[0].status()).height);
  EXPECT_EQ(channel(0, 1).pending, std::vector{hash});
  EXPECT_EQ(channel(1, 0).pending, std::vector{hash});
  EXPECT_EQ(sent(0, {.invoice = request, .max_fee = {}}).error().code, Errc::exists);
  EXPECT_FALSE(sending.ended());

  payee.settle(preimage.text());
  run_until([&] { return sending.ended(); });
  EXPECT_EQ(outcome->value().state, kSucceeded);
  EXPECT_EQ(outcome->value().preimage, preimage);
  wait_until([&] { return channel(0, 1).pending.empty(); });
}

TEST_P(WalletConformance, CancellingAnAcceptedInvoiceFailsThePayment) {
  const auto hash = hash_of(new_preimage());
  const auto request = Admin(network->admin(1)).add_hold_invoice(hash.text(), 7000);
  std::optional<Result<PaymentStatus>> outcome;
  struct Keep {
    static Task<> in(std::optional<Result<PaymentStatus>>& out, Wallet& wallet, SendRequest send) {
      out = co_await wallet.send(std::move(send));
    }
  };
  test::Started sending(loop, Keep::in(outcome, wallets[0], {.invoice = request, .max_fee = {}}));
  wait_until([&] { return run(wallets[1].find_invoice(hash)).value().state == Invoice::State::accepted; });
  ASSERT_TRUE(run(wallets[1].cancel_invoice(hash)));
  run_until([&] { return sending.ended(); });
  EXPECT_EQ(outcome->value().state, kFailed);
  EXPECT_EQ(outcome->value().failure, PaymentFailure::incorrect_details);
}

}  // namespace mycostr::lightning
