// The messages of "statements/agree", and the standing that replies about money carry.
#include "mycostr/payment.pb.h"
#include "wire/money_util.hpp"
#include "wire/statement.hpp"

namespace mycostr::wire {
namespace {

constexpr std::size_t kMaxDetail = 256;

std::int64_t ms_of(const std::optional<WallTime>& time) {
  return time ? to_unix_ms(*time) : 0;
}

bool read_optional_time(std::int64_t unix_ms, std::optional<WallTime>& out) {
  return unix_ms == 0 || read_time(unix_ms, out.emplace());
}

bool read_refusal(const proto::StatementReply& message, StatementReply& out) {
  if (message.detail().size() > kMaxDetail) return false;
  out.code = errc_from_name(message.code());
  out.detail = message.detail();
  return true;
}

bool read_reply(const proto::StatementReply& message, StatementReply& out) {
  if (!proto::StatementReply::Outcome_IsValid(message.outcome())) return false;
  out.outcome = static_cast<StatementReply::Outcome>(message.outcome());
  switch (out.outcome) {
    case StatementReply::Outcome::agreed:
      if (auto both = decode_co_signed(as_bytes(message.signed_by_both()))) {
        out.signed_by_both = std::move(*both);
        return true;
      }
      return false;
    case StatementReply::Outcome::disputed:
      out.own_figures = bytes_of(message.own_figures());
      return !out.own_figures.empty();
    case StatementReply::Outcome::refused:
      return read_refusal(message, out);
  }
  return false;
}

}  // namespace

std::string_view unpaid_state_name(UnpaidState state) {
  switch (state) {
    case UnpaidState::paid:
      return "paid";
    case UnpaidState::warned:
      return "warned";
    case UnpaidState::stopped:
      return "stopped";
    case UnpaidState::deleting:
      return "deleting";
  }
  return "paid";
}

void write_standing(const Standing& standing, proto::Standing& out) {
  out.set_state(static_cast<std::uint32_t>(standing.state));
  out.set_oldest_unpaid_unix_ms(ms_of(standing.oldest_unpaid));
  out.set_due_since_unix_ms(ms_of(standing.due_since));
  out.set_stops_at_unix_ms(ms_of(standing.stops_at));
  out.set_deletes_at_unix_ms(ms_of(standing.deletes_at));
}

bool read_standing(const proto::Standing& message, Standing& out) {
  if (message.state() > static_cast<std::uint32_t>(UnpaidState::deleting)) return false;
  out.state = static_cast<UnpaidState>(message.state());
  const bool fits = read_optional_time(message.oldest_unpaid_unix_ms(), out.oldest_unpaid) &&
                    read_optional_time(message.due_since_unix_ms(), out.due_since) &&
                    read_optional_time(message.stops_at_unix_ms(), out.stops_at) &&
                    read_optional_time(message.deletes_at_unix_ms(), out.deletes_at);
  const bool has_dates = out.due_since && out.stops_at && out.deletes_at;
  const bool has_none = !out.due_since && !out.stops_at && !out.deletes_at;
  return fits && (has_dates || (has_none && out.state == UnpaidState::paid));
}

Bytes encode(const AgreeStatements& message) {
  proto::AgreeStatements out;
  for (const auto& statement : message.statements) out.add_statements(field_of(encode_signed(statement)));
  return serialize(out);
}

Result<AgreeStatements> decode_agree_statements(ByteView bytes) {
  proto::AgreeStatements message;
  AgreeStatements out;
  if (!parse(message, bytes)) return malformed("statements");
  const auto count = static_cast<std::size_t>(message.statements_size());
  if (count == 0 || count > kMaxStatementsPerCall) return malformed("statements");
  for (const auto& field : message.statements()) {
    auto statement = decode_signed(as_bytes(field));
    if (field.size() > kMaxCoSignedSize || !statement) return malformed("statements");
    out.statements.push_back(std::move(*statement));
  }
  return out;
}

Bytes encode(const AgreeStatementsReply& message) {
  proto::AgreeStatementsReply out;
  for (const auto& reply : message.replies) {
    auto& added = *out.add_replies();
    added.set_outcome(static_cast<proto::StatementReply::Outcome>(reply.outcome));
    switch (reply.outcome) {
      case StatementReply::Outcome::agreed:
        added.set_signed_by_both(field_of(encode(reply.signed_by_both)));
        break;
      case StatementReply::Outcome::disputed:
        added.set_own_figures(field_of(reply.own_figures));
        break;
      case StatementReply::Outcome::refused:
        added.set_code(std::string(errc_name(reply.code)));
        added.set_detail(reply.detail.substr(0, kMaxDetail));
        break;
    }
  }
  write_standing(message.standing, *out.mutable_standing());
  return serialize(out);
}

Result<AgreeStatementsReply> decode_agree_statements_reply(ByteView bytes) {
  proto::AgreeStatementsReply message;
  AgreeStatementsReply out;
  if (!parse(message, bytes)) return malformed("reply to statements");
  const auto count = static_cast<std::size_t>(message.replies_size());
  if (count == 0 || count > kMaxStatementsPerCall) return malformed("reply to statements");
  for (const auto& reply : message.replies()) {
    const bool goes_on = out.replies.empty() || out.replies.back().outcome == StatementReply::Outcome::agreed;
    if (!goes_on || !read_reply(reply, out.replies.emplace_back())) return malformed("reply to statements");
  }
  if (!read_standing(message.standing(), out.standing)) return malformed("reply to statements");
  return out;
}

}  // namespace mycostr::wire
