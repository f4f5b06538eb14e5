// links: payment
#include "payment/ledger_rows.hpp"

#include "fuzz/entry.hpp"
#include "payment/payable_time.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  namespace rows = payment::rows;
  const auto text = as_text(input);
  if (const auto account = rows::decode_account({}, text)) {
    check(account->number > 0 && account->total.value >= 0);
    check(rows::encode(*rows::decode_account({}, rows::encode(*account))) == rows::encode(*account));
  }
  if (const auto point = rows::decode_revision(7, text)) check(rows::encode(*point) == text);
  if (const auto settlement = rows::decode_settlement(text)) {
    check(settlement->first <= settlement->last);
    check(*rows::decode_settlement(rows::encode(*settlement)) == *settlement);
  }
  if (const auto statement = rows::decode_statement(text)) check(statement->statement.number > 0);
  if (const auto payable = payment::PayableTime::decode(text)) {
    const auto again = payment::PayableTime::decode(payable->encode());
    check(again && again->encode() == payable->encode());
  }
  if (const auto id = rows::agreement_of(rows::kStatements, text)) check(text.size() >= AgreementId::kSize);
  if (const auto number = rows::number_of(rows::kStatements, text))
    check(text.ends_with(rows::of("", {}, *number).substr(AgreementId::kSize)));
}

}  // namespace mycostr::fuzz
