#include "conformance_test.hpp"

namespace mycostr::lightning {

TEST_P(WalletConformance, IsReadyAndKnowsItself) {
  const auto status = run(wallets[0].status());
  EXPECT_EQ(status.state, WalletState::ready) << status.detail;
  EXPECT_NE(keys[0], keys[1]);
  EXPECT_GT(status.height, 0u);
  ASSERT_EQ(status.addresses.size(), 1u);
  EXPECT_TRUE(status.addresses[0].starts_with("127.0.0.1:"));
}

TEST_P(WalletConformance, TheSamePreimageAndAmountGiveTheSameInvoice) {
  const auto wish = new_invoice(5000);
  const auto first = added(0, wish);
  EXPECT_EQ(first.hash, hash_of(wish.preimage));
  EXPECT_EQ(first.amount.value, 5000);
  EXPECT_EQ(first.state, Invoice::State::open);
  EXPECT_EQ(first.paid.value, 0);
  EXPECT_FALSE(first.settled_at);
  EXPECT_EQ(added(0, wish).request, first.request);

  auto other = wish;
  other.amount = {6000};
  const auto refused = run(wallets[0].add_invoice(other));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::exists);
  EXPECT_EQ(run(wallets[0].find_invoice(first.hash)).value().request, first.request);
}

TEST_P(WalletConformance, InvoicesForNothingAreInvalid) {
  EXPECT_EQ(run(wallets[0].add_invoice(new_invoice(0))).error().code, Errc::invalid);
  auto wish = new_invoice(1000);
  wish.expiry = std::chrono::hours(24 * 400);
  EXPECT_EQ(run(wallets[0].add_invoice(wish)).error().code, Errc::invalid);
}

TEST_P(WalletConformance, ADecodedInvoiceSaysWhatWasAskedFor) {
  auto wish = new_invoice(1234);
  wish.expiry = std::chrono::seconds(600);
  const auto invoice = added(1, wish);
  const auto decoded = run(wallets[0].decode(invoice.request)).value();
  EXPECT_EQ(decoded.hash, invoice.hash);
  EXPECT_EQ(decoded.payee, keys[1]);
  EXPECT_EQ(decoded.amount.value, 1234);
  EXPECT_EQ(decoded.description_hash, wish.description_hash);
  EXPECT_EQ(decoded.expires, decoded.created + std::chrono::seconds(600));
  EXPECT_EQ(decoded.expires, invoice.expires);
  const auto age = clock.wall_now() - decoded.created;
  EXPECT_LT(std::chrono::abs(age), std::chrono::seconds(60));
}

TEST_P(WalletConformance, WhatIsNoInvoiceIsInvalid) {
  EXPECT_EQ(run(wallets[0].decode("no invoice")).error().code, Errc::invalid);
  EXPECT_EQ(run(wallets[0].decode("")).error().code, Errc::invalid);
  EXPECT_EQ(sent(0, {.invoice = "no invoice", .max_fee = {}}).error().code, Errc::invalid);
  auto cut = added(1, new_invoice(1000)).request;
  cut.back() = cut.back() == 'q' ? 'p' : 'q';
  EXPECT_EQ(run(wallets[0].decode(cut)).error().code, Errc::invalid);
}

TEST_P(WalletConformance, UnknownInvoicesAreNotFound) {
  const auto hash = hash_of(new_preimage());
  EXPECT_EQ(run(wallets[0].find_invoice(hash)).error().code, Errc::not_found);
  EXPECT_EQ(run(wallets[0].cancel_invoice(hash)).error().code, Errc::not_found);
}

TEST_P(WalletConformance, ACancelledInvoiceIsPaidByNobody) {
  const auto invoice = added(1, new_invoice(2000));
  ASSERT_TRUE(run(wallets[1].cancel_invoice(invoice.hash)));
  ASSERT_TRUE(run(wallets[1].cancel_invoice(invoice.hash)));
  EXPECT_EQ(run(wallets[1].find_invoice(invoice.hash)).value().state, Invoice::State::cancelled);
  const auto status = sent(0, {.invoice = invoice.request, .max_fee = {}}).value();
  EXPECT_EQ(status.state, PaymentStatus::State::failed);
  EXPECT_EQ(status.failure, PaymentFailure::incorrect_details);
}

TEST_P(WalletConformance, AnExpiredInvoiceFails) {
  auto wish = new_invoice(2000);
  wish.expiry = std::chrono::seconds(1);
  const auto invoice = added(1, wish);
  run_for(std::chrono::milliseconds(2500));
  const auto status = sent(0, {.invoice = invoice.request, .max_fee = {}}).value();
  EXPECT_EQ(status.state, PaymentStatus::State::failed);
  EXPECT_EQ(status.failure, PaymentFailure::expired);
  EXPECT_EQ(tracked(0, invoice.hash).state, PaymentStatus::State::unknown);
  EXPECT_EQ(run(wallets[1].find_invoice(invoice.hash)).value().state, Invoice::State::cancelled);
}

}  // namespace mycostr::lightning
