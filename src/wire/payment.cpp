#include "wire/payment.hpp"

#include <algorithm>

#include "mycostr/payment.pb.h"
#include "wire/money_util.hpp"

namespace mycostr::wire {
namespace {

bool is_invoice(const std::string& text) {
  const auto is_allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kMaxInvoiceSize && std::ranges::all_of(text, is_allowed);
}

/// Printable, so that it may stand in a log and on a command line.
bool is_address(const std::string& text) {
  const auto is_allowed = [](char c) { return c > ' ' && c < 0x7f; };
  return !text.empty() && text.size() <= kMaxWalletAddressSize && std::ranges::all_of(text, is_allowed);
}

bool read_addresses(const proto::InvoiceReply& message, InvoiceReply& out) {
  if (static_cast<std::size_t>(message.addresses_size()) > kMaxWalletAddresses) return false;
  out.addresses.assign(message.addresses().begin(), message.addresses().end());
  return std::ranges::all_of(out.addresses, is_address);
}

}  // namespace

Bytes encode(const AskInvoice& message) {
  proto::AskInvoice out;
  out.set_agreement(field_of(message.agreement));
  out.set_settlement(message.settlement);
  out.set_last(message.last);
  out.set_amount_msat(message.amount.value);
  out.set_digest(field_of(message.digest));
  out.set_attempt(message.attempt);
  return serialize(out);
}

Result<AskInvoice> decode_ask_invoice(ByteView bytes) {
  proto::AskInvoice message;
  AskInvoice out;
  const bool fits = parse(message, bytes) && read_id(message.agreement(), out.agreement) &&
                    message.settlement() > 0 && message.last() > 0 && message.amount_msat() > 0 &&
                    read_id(message.digest(), out.digest) && message.attempt() <= kMaxAttempts;
  if (!fits) return malformed("request for an invoice");
  out.settlement = message.settlement();
  out.last = message.last();
  out.amount = {message.amount_msat()};
  out.attempt = message.attempt();
  return out;
}

Bytes encode(const InvoiceReply& message) {
  proto::InvoiceReply out;
  out.set_invoice(message.invoice);
  out.set_wallet(field_of(message.wallet));
  for (const auto& address : message.addresses) out.add_addresses(address);
  write_standing(message.standing, *out.mutable_standing());
  return serialize(out);
}

Result<InvoiceReply> decode_invoice_reply(ByteView bytes) {
  proto::InvoiceReply message;
  InvoiceReply out;
  const bool fits = parse(message, bytes) && is_invoice(message.invoice()) &&
                    read_id(message.wallet(), out.wallet) && read_addresses(message, out) &&
                    read_standing(message.standing(), out.standing);
  if (!fits) return malformed("reply with an invoice");
  out.invoice = message.invoice();
  return out;
}

Bytes encode(const TellPaid& message) {
  proto::TellPaid out;
  out.set_agreement(field_of(message.agreement));
  out.set_settlement(message.settlement);
  out.set_hash(field_of(message.hash));
  out.set_preimage(field_of(message.preimage));
  return serialize(out);
}

Result<TellPaid> decode_tell_paid(ByteView bytes) {
  proto::TellPaid message;
  TellPaid out;
  const bool fits = parse(message, bytes) && read_id(message.agreement(), out.agreement) &&
                    message.settlement() > 0 && read_id(message.hash(), out.hash) &&
                    read_id(message.preimage(), out.preimage);
  if (!fits) return malformed("receipt of a payment");
  out.settlement = message.settlement();
  return out;
}

Bytes encode(const CancelInvoice& message) {
  proto::CancelInvoice out;
  out.set_agreement(field_of(message.agreement));
  out.set_settlement(message.settlement);
  out.set_attempt(message.attempt);
  out.set_hash(field_of(message.hash));
  return serialize(out);
}

Result<CancelInvoice> decode_cancel_invoice(ByteView bytes) {
  proto::CancelInvoice message;
  CancelInvoice out;
  const bool fits = parse(message, bytes) && read_id(message.agreement(), out.agreement) &&
                    message.settlement() > 0 && message.attempt() <= kMaxAttempts &&
                    read_id(message.hash(), out.hash);
  if (!fits) return malformed("request to cancel an invoice");
  out.settlement = message.settlement();
  out.attempt = message.attempt();
  return out;
}

Bytes encode_invoice_cancelled(const InvoiceCancelled& word, const crypto::Identity& holder) {
  proto::InvoiceCancelled message;
  message.set_agreement(field_of(word.agreement));
  message.set_settlement(word.settlement);
  message.set_attempt(word.attempt);
  message.set_hash(field_of(word.hash));
  message.set_at_unix_ms(to_unix_ms(word.at));
  return sign_and_encode(holder, kInvoiceCancelledPurpose, serialize(message));
}

Result<InvoiceCancelled> decode_invoice_cancelled(ByteView bytes, const PublicKey& holder_key) {
  const auto signed_payload = decode_signed(bytes);
  if (!signed_payload) return std::unexpected(signed_payload.error());
  proto::InvoiceCancelled message;
  InvoiceCancelled out;
  const bool fits = parse(message, signed_payload->payload) && read_id(message.agreement(), out.agreement) &&
                    message.settlement() > 0 && message.attempt() <= kMaxAttempts &&
                    read_id(message.hash(), out.hash) && read_time(message.at_unix_ms(), out.at);
  if (!fits) return malformed("word on a cancelled invoice");
  if (!crypto::verify(holder_key, kInvoiceCancelledPurpose, signed_payload->payload,
                      signed_payload->signature)) {
    return fail(Errc::invalid, "word on a cancelled invoice with a wrong signature");
  }
  out.settlement = message.settlement();
  out.attempt = message.attempt();
  return out;
}

Bytes encode(const CancelReply& message) {
  proto::CancelReply out;
  if (const auto* word = std::get_if<Bytes>(&message)) {
    out.set_word(field_of(*word));
  } else {
    out.set_preimage(field_of(std::get<Preimage>(message)));
  }
  return serialize(out);
}

Result<CancelReply> decode_cancel_reply(ByteView bytes) {
  proto::CancelReply message;
  if (!parse(message, bytes) || message.word().empty() == message.preimage().empty())
    return malformed("reply to a cancellation");
  if (!message.word().empty()) return CancelReply(bytes_of(message.word()));
  Preimage preimage;
  if (!read_id(message.preimage(), preimage)) return malformed("reply to a cancellation");
  return CancelReply(preimage);
}

}  // namespace mycostr::wire
