#include "wire/statement.hpp"

#include "mycostr/payment.pb.h"
#include "wire/money_util.hpp"
#include "wire/proto_util.hpp"

namespace mycostr::wire {
namespace {

void write_figures(const Figures& figures, proto::Figures& out) {
  out.set_byte_ms(field_of(figures.byte_ms));
  out.set_audit(static_cast<std::uint32_t>(figures.audit));
}

bool read_figures(const proto::Figures& message, Figures& out) {
  if (message.audit() > static_cast<std::uint32_t>(AuditWord::missed)) return false;
  out.audit = static_cast<AuditWord>(message.audit());
  return read_wide(message.byte_ms(), out.byte_ms);
}

bool read_dispute(const proto::Statement& message, Statement& out) {
  if (!message.has_dispute()) return true;
  auto& dispute = out.dispute.emplace();
  return read_figures(message.dispute().owner(), dispute.owner) &&
         read_figures(message.dispute().holder(), dispute.holder);
}

bool read_sums(const proto::Statement& message, Statement& out) {
  out.amount = {message.amount_msat()};
  out.total = {message.total_msat()};
  return out.amount.value >= 0 && out.total >= out.amount && read_wide(message.remainder(), out.remainder);
}

}  // namespace

std::string_view audit_word_name(AuditWord word) {
  switch (word) {
    case AuditWord::unknown:
      return "unknown";
    case AuditWord::passed:
      return "passed";
    case AuditWord::failed:
      return "failed";
    case AuditWord::missed:
      return "missed";
  }
  return "unknown";
}

Bytes encode(const Statement& statement) {
  proto::Statement message;
  message.set_agreement(field_of(statement.agreement));
  message.set_number(statement.number);
  message.set_start_unix_ms(to_unix_ms(statement.start));
  message.set_end_unix_ms(to_unix_ms(statement.end));
  message.set_revision(statement.revision);
  message.set_root(field_of(statement.root));
  write_figures(statement.figures, *message.mutable_figures());
  message.set_amount_msat(statement.amount.value);
  message.set_total_msat(statement.total.value);
  message.set_remainder(field_of(statement.remainder));
  message.set_is_last(statement.is_last);
  if (statement.dispute) {
    write_figures(statement.dispute->owner, *message.mutable_dispute()->mutable_owner());
    write_figures(statement.dispute->holder, *message.mutable_dispute()->mutable_holder());
  }
  return serialize(message);
}

Result<Statement> decode_statement(ByteView payload) {
  proto::Statement message;
  Statement out;
  const bool fits = parse(message, payload) && read_id(message.agreement(), out.agreement) &&
                    message.number() > 0 && read_time(message.start_unix_ms(), out.start) &&
                    read_time(message.end_unix_ms(), out.end) && out.start <= out.end &&
                    read_id(message.root(), out.root) && read_figures(message.figures(), out.figures) &&
                    read_sums(message, out) && read_dispute(message, out);
  if (!fits) return malformed("statement");
  out.number = message.number();
  out.revision = message.revision();
  out.is_last = message.is_last();
  return out;
}

Result<Statement> verify_proposed_statement(const SignedPayload& proposal, const PublicKey& owner_key) {
  auto statement = decode_statement(proposal.payload);
  if (!statement) return statement;
  if (!crypto::verify(owner_key, kStatementPurpose, proposal.payload, proposal.signature)) {
    return fail(Errc::invalid, "statement with a wrong signature of the owner");
  }
  return statement;
}

Result<Statement> verify_statement(const CoSigned& signed_by_both, const Terms& terms) {
  auto statement =
      verify_proposed_statement({signed_by_both.payload, signed_by_both.owner_signature}, terms.owner_key);
  if (!statement) return statement;
  if (!crypto::verify(terms.holder_key, kStatementHolderPurpose, signed_by_both.payload,
                      signed_by_both.holder_signature)) {
    return fail(Errc::invalid, "statement with a wrong signature of the holder");
  }
  return statement;
}

Bytes encode_own_figures(const OwnFigures& own, const crypto::Identity& holder) {
  proto::OwnFigures message;
  message.set_agreement(field_of(own.agreement));
  message.set_number(own.number);
  message.set_end_unix_ms(to_unix_ms(own.end));
  message.set_revision(own.revision);
  write_figures(own.figures, *message.mutable_figures());
  return sign_and_encode(holder, kDisputePurpose, serialize(message));
}

Result<OwnFigures> decode_own_figures(ByteView bytes, const PublicKey& holder_key) {
  const auto signed_payload = decode_signed(bytes);
  if (!signed_payload) return std::unexpected(signed_payload.error());
  proto::OwnFigures message;
  OwnFigures out;
  const bool fits = parse(message, signed_payload->payload) && read_id(message.agreement(), out.agreement) &&
                    message.number() > 0 && read_time(message.end_unix_ms(), out.end) &&
                    read_figures(message.figures(), out.figures);
  if (!fits) return malformed("figures of a holder");
  if (!crypto::verify(holder_key, kDisputePurpose, signed_payload->payload, signed_payload->signature)) {
    return fail(Errc::invalid, "figures with a wrong signature of the holder");
  }
  out.number = message.number();
  out.revision = message.revision();
  return out;
}

}  // namespace mycostr::wire
