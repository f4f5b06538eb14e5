// Inside of payment only: the ledger's rows and their keys.
#pragma once

#include <string>

#include "payment/ledger.hpp"

namespace mycostr::payment::rows {

// pa/<agreement>               AccountRow
// ph/<agreement><number>       revision: at in ms (8), bytes (8), root (32), whether it is the last (1)
// pl/<agreement>               SettlementRow: the last one
// pf/<agreement><statement>    SettlementRow, by its last statement
// ps/<agreement><statement>    CoSigned Statement
inline constexpr std::string_view kAccounts = "pa/";
inline constexpr std::string_view kRevisions = "ph/";
inline constexpr std::string_view kLastSettlements = "pl/";
inline constexpr std::string_view kSettlements = "pf/";
inline constexpr std::string_view kStatements = "ps/";

inline std::string of(std::string_view kind, const AgreementId& agreement) {
  return std::string(kind) + std::string(agreement.text());
}
inline std::string of(std::string_view kind, const AgreementId& agreement, std::uint64_t number) {
  auto key = of(kind, agreement);
  append_be64(key, number);
  return key;
}
/// Errors: corrupt.
Result<AgreementId> agreement_of(std::string_view kind, std::string_view key);
/// Of a key that ends with one. Errors: corrupt.
Result<std::uint64_t> number_of(std::string_view kind, std::string_view key);

std::string encode(const Account& account);
/// Without what the last settlement says. Errors: corrupt.
Result<Account> decode_account(const AgreementId& agreement, std::string_view row);

std::string encode(const RevisionPoint& point);
/// Errors: corrupt.
Result<RevisionPoint> decode_revision(std::uint64_t number, std::string_view row);

struct SettlementRow {
  std::uint64_t number = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  Msat settled;  ///< of the agreement's total, this one included
  WallTime end;
  std::optional<PaymentId> payment;
  bool operator==(const SettlementRow&) const = default;
};
std::string encode(const SettlementRow& settlement);
/// Errors: corrupt.
Result<SettlementRow> decode_settlement(std::string_view row);

/// Signatures are not checked again; the state and the payment are the caller's to find. Errors: corrupt.
Result<StatementRow> decode_statement(std::string_view row);

}  // namespace mycostr::payment::rows
