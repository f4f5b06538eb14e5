#include "payment/settlement.hpp"

#include <string>

#include "payment/ledger.hpp"

namespace mycostr::payment {
namespace {
constexpr std::string_view kPurpose = "mycostr/settlement/1";
}  // namespace

SettlementDigest::SettlementDigest(const AgreementId& agreement, std::uint64_t number) {
  std::string head(kPurpose);
  head += agreement.text();
  append_be64(head, number);
  hash_.update(as_bytes(head));
}

void SettlementDigest::add(ByteView statement_payload) {
  hash_.update(crypto::sha256(statement_payload).view());
}

Due settlement_due(const Account& account, const Settings& settings, WallTime now) {
  const auto owed = account.owed();
  if (owed.value <= 0) return Due::nothing;
  if (owed >= settings.threshold) return Due::threshold;
  if (owed < kLeastPayment) return account.is_closed ? Due::waived : Due::nothing;
  if (account.is_closed) return Due::end;
  return now >= account.owed_since + settings.max_age ? Due::age : Due::nothing;
}

}  // namespace mycostr::payment
