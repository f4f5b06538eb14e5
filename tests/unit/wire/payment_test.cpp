#include "wire/payment.hpp"

#include <gtest/gtest.h>

#include "hostile.hpp"

namespace mycostr::wire {
namespace {

class PaymentMessageTest : public testing::Test {
 protected:
  const crypto::Identity holder_ = identity_of(2);
  test::SeededRandom random_{7};

  AskInvoice ask() { return {random_.make<AgreementId>(), 3, 40, {1500}, random_.make<Digest>(), 2}; }
  InvoiceReply invoice() {
    InvoiceReply out;
    out.invoice = "lnsb15u1pabc";
    out.wallet = random_.make<LightningKey>();
    out.addresses = {"127.0.0.1:9735", "[2001:db8::1]:9735"};
    return out;
  }
  TellPaid paid() {
    return {random_.make<AgreementId>(), 3, random_.make<PaymentHash>(), random_.make<Preimage>()};
  }
  CancelInvoice cancel() { return {random_.make<AgreementId>(), 3, 2, random_.make<PaymentHash>()}; }
  InvoiceCancelled word() {
    return {random_.make<AgreementId>(), 3, 2, random_.make<PaymentHash>(), from_unix_ms(1'800'000'000'000)};
  }
  template <class Change>
  bool asks(Change change) {
    auto message = ask();
    change(message);
    return decode_ask_invoice(encode(message)).has_value();
  }
  template <class Change>
  bool answers(Change change) {
    auto message = invoice();
    change(message);
    return decode_invoice_reply(encode(message)).has_value();
  }
};

TEST_F(PaymentMessageTest, RoundTrips) {
  const auto asked = ask();
  EXPECT_EQ(*decode_ask_invoice(encode(asked)), asked);
  const auto answered = invoice();
  EXPECT_EQ(*decode_invoice_reply(encode(answered)), answered);
  const auto told = paid();
  EXPECT_EQ(*decode_tell_paid(encode(told)), told);
  const auto cancelled = cancel();
  EXPECT_EQ(*decode_cancel_invoice(encode(cancelled)), cancelled);
}

TEST_F(PaymentMessageTest, AnAskedInvoiceIsForSomething) {
  EXPECT_TRUE(asks([](auto&) {}));
  EXPECT_FALSE(asks([](auto& m) { m.settlement = 0; }));
  EXPECT_FALSE(asks([](auto& m) { m.last = 0; }));
  EXPECT_FALSE(asks([](auto& m) { m.amount = {0}; }));
  EXPECT_FALSE(asks([](auto& m) { m.amount = {-5}; }));
  EXPECT_TRUE(asks([](auto& m) { m.attempt = kMaxAttempts; }));
  EXPECT_FALSE(asks([](auto& m) { m.attempt = kMaxAttempts + 1; }));
}

TEST_F(PaymentMessageTest, AnInvoiceIsPlainTextOfBoundedSize) {
  EXPECT_TRUE(answers([](auto&) {}));
  EXPECT_FALSE(answers([](auto& m) { m.invoice.clear(); }));
  EXPECT_FALSE(answers([](auto& m) { m.invoice = "lnsb1 x"; }));
  EXPECT_FALSE(answers([](auto& m) { m.invoice = "LNSB1"; }));
  EXPECT_TRUE(answers([](auto& m) { m.invoice = std::string(kMaxInvoiceSize, 'q'); }));
  EXPECT_FALSE(answers([](auto& m) { m.invoice = std::string(kMaxInvoiceSize + 1, 'q'); }));
  EXPECT_TRUE(answers([](auto& m) { m.addresses.assign(kMaxWalletAddresses, "a:1"); }));
  EXPECT_FALSE(answers([](auto& m) { m.addresses.assign(kMaxWalletAddresses + 1, "a:1"); }));
  EXPECT_FALSE(answers([](auto& m) { m.addresses = {"two words"}; }));
  EXPECT_FALSE(answers([](auto& m) { m.addresses = {""}; }));
  EXPECT_FALSE(answers([](auto& m) { m.addresses = {std::string(kMaxWalletAddressSize + 1, 'a')}; }));
}

TEST_F(PaymentMessageTest, AWordOnACancelledInvoiceIsSigned) {
  const auto said = word();
  const auto bytes = encode_invoice_cancelled(said, holder_);
  EXPECT_EQ(*decode_invoice_cancelled(bytes, holder_.public_key()), said);
  EXPECT_FALSE(decode_invoice_cancelled(bytes, identity_of(3).public_key()));
  for_hostile_variants(bytes, [&](const Bytes& variant) {
    const auto back = decode_invoice_cancelled(variant, holder_.public_key());
    if (back) EXPECT_EQ(*back, said);
  });
}

TEST_F(PaymentMessageTest, ACancellationEndsInAWordOrAPreimage) {
  const CancelReply by_word = encode_invoice_cancelled(word(), holder_);
  EXPECT_EQ(*decode_cancel_reply(encode(by_word)), by_word);
  const CancelReply by_preimage = random_.make<Preimage>();
  EXPECT_EQ(*decode_cancel_reply(encode(by_preimage)), by_preimage);
  EXPECT_FALSE(decode_cancel_reply({}));
  RawMessage both;
  both.text(1, "word").text(2, std::string(32, 'p'));
  EXPECT_FALSE(decode_cancel_reply(both.bytes()));
  RawMessage short_preimage;
  short_preimage.text(2, std::string(31, 'p'));
  EXPECT_FALSE(decode_cancel_reply(short_preimage.bytes()));
}

TEST_F(PaymentMessageTest, HostileMessagesDecodeToThemselvesOrNothing) {
  for_hostile_variants(encode(ask()), [](const Bytes& bytes) {
    const auto back = decode_ask_invoice(bytes);
    if (back) EXPECT_EQ(*decode_ask_invoice(encode(*back)), *back);
  });
  for_hostile_variants(encode(invoice()), [](const Bytes& bytes) {
    const auto back = decode_invoice_reply(bytes);
    if (back) EXPECT_EQ(*decode_invoice_reply(encode(*back)), *back);
  });
  for_hostile_variants(encode(paid()), [](const Bytes& bytes) {
    const auto back = decode_tell_paid(bytes);
    if (back) EXPECT_EQ(*decode_tell_paid(encode(*back)), *back);
  });
  for_hostile_variants(encode(cancel()), [](const Bytes& bytes) {
    const auto back = decode_cancel_invoice(bytes);
    if (back) EXPECT_EQ(*decode_cancel_invoice(encode(*back)), *back);
  });
}

}  // namespace
}  // namespace mycostr::wire
