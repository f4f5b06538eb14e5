// links: wire
#include "fuzz/entry.hpp"
#include "wire/payment.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  static const crypto::Identity holder{crypto::Identity::Seed{}};
  if (const auto ask = wire::decode_ask_invoice(input)) {
    check(ask->settlement > 0 && ask->last > 0 && ask->amount.value > 0 &&
          ask->attempt <= wire::kMaxAttempts);
    check(*wire::decode_ask_invoice(wire::encode(*ask)) == *ask);
  }
  if (const auto invoice = wire::decode_invoice_reply(input)) {
    check(!invoice->invoice.empty() && invoice->invoice.size() <= wire::kMaxInvoiceSize);
    check(invoice->addresses.size() <= wire::kMaxWalletAddresses);
    check(*wire::decode_invoice_reply(wire::encode(*invoice)) == *invoice);
  }
  if (const auto paid = wire::decode_tell_paid(input))
    check(*wire::decode_tell_paid(wire::encode(*paid)) == *paid);
  if (const auto cancel = wire::decode_cancel_invoice(input))
    check(*wire::decode_cancel_invoice(wire::encode(*cancel)) == *cancel);
  if (const auto reply = wire::decode_cancel_reply(input))
    check(*wire::decode_cancel_reply(wire::encode(*reply)) == *reply);
  // The input as a word that its holder signed: a signature is not found by chance.
  const auto bytes =
      wire::sign_and_encode(holder, wire::kInvoiceCancelledPurpose, Bytes(input.begin(), input.end()));
  const auto word = wire::decode_invoice_cancelled(bytes, holder.public_key());
  if (!word) return;
  const auto again =
      wire::decode_invoice_cancelled(wire::encode_invoice_cancelled(*word, holder), holder.public_key());
  check(again && *again == *word);
}

}  // namespace mycostr::fuzz
