#include "payment/ledger_rows.hpp"

#include "mycostr/payment.pb.h"

namespace mycostr::payment::rows {
namespace {

std::unexpected<Error> corrupt(std::string_view what) {
  return fail(Errc::corrupt, "a row of the ledger: " + std::string(what));
}

bool is_possible_time(std::int64_t unix_ms) {
  return unix_ms >= 0 && unix_ms < (1LL << 48);
}

template <class Message>
bool parse(Message& message, std::string_view row) {
  return message.ParseFromArray(row.data(), static_cast<int>(row.size()));
}

}  // namespace

Result<AgreementId> agreement_of(std::string_view kind, std::string_view key) {
  const auto id = key.size() < kind.size() + AgreementId::kSize
                      ? std::nullopt
                      : AgreementId::from(as_bytes(key).subspan(kind.size(), AgreementId::kSize));
  if (!id) return corrupt("the key of an agreement");
  return *id;
}

Result<std::uint64_t> number_of(std::string_view kind, std::string_view key) {
  if (key.size() != kind.size() + AgreementId::kSize + 8) return corrupt("the key of a number");
  return read_be64(as_bytes(key).last(8));
}

std::string encode(const Account& account) {
  proto::AccountRow row;
  const auto remainder = wire::to_bytes(account.remainder);
  row.set_role(static_cast<std::uint32_t>(account.role));
  row.set_peer(std::string(account.peer.text()));
  row.set_number(account.number);
  row.set_end_unix_ms(to_unix_ms(account.end));
  row.set_total_msat(account.total.value);
  row.set_remainder(std::string(as_text(remainder)));
  row.set_revision(account.revision);
  row.set_bytes(account.bytes.value);
  row.set_root(std::string(account.root.text()));
  row.set_is_closed(account.is_closed);
  return row.SerializeAsString();
}

Result<Account> decode_account(const AgreementId& agreement, std::string_view text) {
  proto::AccountRow row;
  if (!parse(row, text)) return corrupt("an account");
  const auto peer = NodeId::from(as_bytes(row.peer()));
  const auto root = Digest::from(as_bytes(row.root()));
  const auto remainder = wire::wide_from(as_bytes(row.remainder()));
  const bool fits = peer && root && remainder && row.number() > 0 && row.total_msat() >= 0 &&
                    row.role() <= static_cast<std::uint32_t>(agreement::Role::holder) &&
                    is_possible_time(row.end_unix_ms());
  if (!fits) return corrupt("an account");
  Account out;
  out.agreement = agreement;
  out.role = static_cast<agreement::Role>(row.role());
  out.peer = *peer;
  out.number = row.number();
  out.end = from_unix_ms(row.end_unix_ms());
  out.total = {row.total_msat()};
  out.remainder = *remainder;
  out.revision = row.revision();
  out.bytes = {row.bytes()};
  out.root = *root;
  out.is_closed = row.is_closed();
  return out;
}

std::string encode(const RevisionPoint& point) {
  std::string out;
  append_be64(out, static_cast<std::uint64_t>(to_unix_ms(point.at)));
  append_be64(out, point.bytes.value);
  out += point.root.text();
  out.push_back(point.ends ? 1 : 0);
  return out;
}

Result<RevisionPoint> decode_revision(std::uint64_t number, std::string_view row) {
  constexpr std::size_t kSize = 8 + 8 + Digest::kSize + 1;
  if (row.size() != kSize || row.back() < 0 || row.back() > 1) return corrupt("a revision");
  const auto bytes = as_bytes(row);
  RevisionPoint out;
  const auto at = static_cast<std::int64_t>(read_be64(bytes.first(8)));
  if (!is_possible_time(at)) return corrupt("a revision");
  out.number = number;
  out.at = from_unix_ms(at);
  out.bytes = {read_be64(bytes.subspan(8, 8))};
  out.root = *Digest::from(bytes.subspan(16, Digest::kSize));
  out.ends = row.back() == 1;
  return out;
}

std::string encode(const SettlementRow& settlement) {
  proto::SettlementRow row;
  row.set_number(settlement.number);
  row.set_first(settlement.first);
  row.set_last(settlement.last);
  row.set_settled_msat(settlement.settled.value);
  row.set_end_unix_ms(to_unix_ms(settlement.end));
  if (settlement.payment) row.set_payment(std::string(settlement.payment->text()));
  return row.SerializeAsString();
}

Result<SettlementRow> decode_settlement(std::string_view text) {
  proto::SettlementRow row;
  if (!parse(row, text)) return corrupt("a settlement");
  const bool fits = row.number() > 0 && row.first() > 0 && row.first() <= row.last() &&
                    row.settled_msat() > 0 && is_possible_time(row.end_unix_ms());
  if (!fits) return corrupt("a settlement");
  SettlementRow out{
      row.number(), row.first(), row.last(), {row.settled_msat()}, from_unix_ms(row.end_unix_ms()),
      std::nullopt};
  if (row.payment().empty()) return out;
  out.payment = PaymentId::from(as_bytes(row.payment()));
  if (!out.payment) return corrupt("a settlement");
  return out;
}

Result<StatementRow> decode_statement(std::string_view row) {
  auto both = wire::decode_co_signed(as_bytes(row));
  if (!both) return corrupt("a statement");
  auto statement = wire::decode_statement(both->payload);
  if (!statement) return corrupt("a statement");
  return StatementRow{std::move(*statement), std::move(*both)};
}

}  // namespace mycostr::payment::rows
