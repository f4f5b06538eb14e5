#include "payment/record.hpp"

#include <algorithm>

#include "mycostr/payment_rows.pb.h"

namespace mycostr::payment {
namespace {

std::optional<WallTime> time_of(std::int64_t ms) {
  return ms == 0 ? std::nullopt : std::optional(from_unix_ms(ms));
}

std::int64_t ms_of(const std::optional<WallTime>& time) {
  return time ? to_unix_ms(*time) : 0;
}

/// The settlement, from its fields.
bool read_settlement(const proto::PaymentRow& row, Settlement& out) {
  const auto agreement = AgreementId::from(as_bytes(row.agreement()));
  const auto peer = NodeId::from(as_bytes(row.peer()));
  const auto digest = Digest::from(as_bytes(row.digest()));
  const bool fits = agreement && peer && digest && row.number() > 0 && row.first() > 0 &&
                    row.last() >= row.first() && row.amount_msat() > 0;
  if (!fits) return false;
  out = {.agreement = *agreement,
         .peer = *peer,
         .number = row.number(),
         .first = row.first(),
         .last = row.last(),
         .start = from_unix_ms(row.start_unix_ms()),
         .end = from_unix_ms(row.end_unix_ms()),
         .amount = Msat{row.amount_msat()},
         .digest = *digest};
  return true;
}

/// The invoice of the attempt under way, where there is one.
bool read_invoice(const proto::PaymentRow& row, Payment& out) {
  if (row.hash().empty()) return row.invoice().empty() && out.state != PaymentState::in_flight;
  const auto hash = PaymentHash::from(as_bytes(row.hash()));
  if (!hash) return false;
  // One that was given up and arrived after all has lost its invoice.
  if (row.invoice().empty() && out.state != PaymentState::settled) return false;
  out.hash = *hash;
  out.invoice = row.invoice();
  out.expires = from_unix_ms(row.expires_unix_ms());
  return true;
}

/// A payment is settled by its preimage, and by nothing else.
bool read_outcome(const proto::PaymentRow& row, Payment& out) {
  const bool is_settled = out.state == PaymentState::settled;
  if (is_settled == row.preimage().empty() || is_settled == (row.settled_unix_ms() == 0)) return false;
  if (!is_settled) return true;
  const auto preimage = Preimage::from(as_bytes(row.preimage()));
  if (!preimage || row.hash().empty()) return false;
  out.preimage = *preimage;
  out.settled_at = time_of(row.settled_unix_ms());
  return true;
}

bool read_abandoned(const proto::PaymentRow& row, Payment& out) {
  if (static_cast<std::size_t>(row.abandoned_size()) > kMaxAbandoned) return false;
  for (const auto& attempt : row.abandoned()) {
    const auto hash = PaymentHash::from(as_bytes(attempt.hash()));
    if (!hash) return false;
    const auto word = as_bytes(attempt.word());
    out.abandoned.push_back(
        {attempt.attempt(), *hash, from_unix_ms(attempt.at_unix_ms()), Bytes(word.begin(), word.end())});
  }
  return true;
}

}  // namespace

std::string_view direction_name(Direction direction) {
  return direction == Direction::out ? "out" : "in";
}

std::string_view state_name(PaymentState state) {
  switch (state) {
    case PaymentState::pending:
      return "pending";
    case PaymentState::in_flight:
      return "in_flight";
    case PaymentState::settled:
      return "settled";
    case PaymentState::failed:
      return "failed";
  }
  return "";
}

std::string encode_row(const Payment& payment) {
  const auto& settlement = payment.settlement;
  proto::PaymentRow row;
  row.set_direction(static_cast<std::uint32_t>(payment.direction));
  row.set_state(static_cast<std::uint32_t>(payment.state));
  row.set_agreement(std::string(settlement.agreement.text()));
  row.set_peer(std::string(settlement.peer.text()));
  row.set_number(settlement.number);
  row.set_first(settlement.first);
  row.set_last(settlement.last);
  row.set_start_unix_ms(to_unix_ms(settlement.start));
  row.set_end_unix_ms(to_unix_ms(settlement.end));
  row.set_amount_msat(settlement.amount.value);
  row.set_digest(std::string(settlement.digest.text()));
  row.set_attempt(payment.attempt);
  row.set_sends(payment.sends);
  if (payment.has_invoice() || payment.state == PaymentState::settled) {
    row.set_hash(std::string(payment.hash.text()));
    row.set_invoice(payment.invoice);
    row.set_expires_unix_ms(to_unix_ms(payment.expires));
  }
  row.set_sent_unix_ms(ms_of(payment.sent));
  row.set_sent_height(payment.sent_height);
  if (payment.preimage) row.set_preimage(std::string(payment.preimage->text()));
  row.set_fee_msat(payment.fee.value);
  row.set_channel(payment.channel);
  row.set_changed_unix_ms(to_unix_ms(payment.changed));
  row.set_settled_unix_ms(ms_of(payment.settled_at));
  row.set_problem(payment.problem.substr(0, kMaxProblem));
  for (const auto& attempt : payment.abandoned) {
    auto& out = *row.add_abandoned();
    out.set_attempt(attempt.attempt);
    out.set_hash(std::string(attempt.hash.text()));
    out.set_at_unix_ms(to_unix_ms(attempt.at));
    out.set_word(std::string(as_text(attempt.word)));
  }
  return row.SerializeAsString();
}

Result<Payment> decode_row(const PaymentId& id, WallTime created, std::string_view bytes) {
  proto::PaymentRow row;
  Payment out{.id = id, .created = created};
  const bool is_known = row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
                        row.direction() <= static_cast<std::uint32_t>(Direction::in) &&
                        row.state() <= static_cast<std::uint32_t>(PaymentState::failed) &&
                        row.problem().size() <= kMaxProblem && row.fee_msat() >= 0;
  if (is_known) {
    out.direction = static_cast<Direction>(row.direction());
    out.state = static_cast<PaymentState>(row.state());
  }
  const bool fits = is_known && read_settlement(row, out.settlement) && read_invoice(row, out) &&
                    read_outcome(row, out) && read_abandoned(row, out);
  if (!fits) return fail(Errc::corrupt, "the row of payment " + id.hex());
  out.attempt = row.attempt();
  out.sends = row.sends();
  out.sent = time_of(row.sent_unix_ms());
  out.sent_height = row.sent_height();
  out.fee = Msat{row.fee_msat()};
  out.channel = row.channel();
  out.changed = from_unix_ms(row.changed_unix_ms());
  out.problem = row.problem();
  return out;
}

std::string printable(std::string_view text) {
  std::string out(text.substr(0, kMaxProblem));
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

bool opens(const Preimage& preimage, const PaymentHash& hash) {
  return crypto::sha256(preimage.view()).bytes == hash.bytes;
}

}  // namespace mycostr::payment
