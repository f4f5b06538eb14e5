// The part of Ledger that says what is to be paid, and what has been.
#include "payment/ledger.hpp"
#include "payment/ledger_rows.hpp"

namespace mycostr::payment {
namespace {
constexpr std::size_t kRowsAtOnce = 1000;
}  // namespace

Task<Result<std::optional<Settlement>>> Ledger::unsettled(AgreementId agreement, std::uint64_t last) {
  using Found = std::optional<Settlement>;
  const auto* found = find(agreement);
  if (found == nullptr || last > found->number) co_return Found();
  const auto account = *found;
  if (last == 0) last = account.number;
  Settlement out;
  out.agreement = agreement;
  out.peer = account.peer;
  out.number = account.settlement + 1;
  SettlementDigest digest(agreement, out.number);
  Msat total = account.settled;
  const std::string prefix = rows::of(rows::kStatements, agreement);
  auto after = rows::of(rows::kStatements, agreement, account.settled_through);
  while (out.last < last) {
    const auto page = co_await store_.scan({prefix, after, kRowsAtOnce});
    if (!page) co_return std::unexpected(page.error());
    if (page->empty()) co_return Found();
    for (const auto& row : *page) {
      const auto decoded = rows::decode_statement(row.value);
      if (!decoded) co_return std::unexpected(decoded.error());
      const auto& statement = decoded->statement;
      // `last` is not kept any more, so it was settled.
      if (statement.number > last && out.last < last) co_return Found();
      if (statement.number > last) break;
      after = row.key;
      out.last = statement.number;
      // Those before the first that amounts to something are no part of it: they may be gone on one side.
      if (out.first == 0 && statement.amount.value == 0) continue;
      if (out.first == 0) {
        out.first = statement.number;
        out.start = statement.start;
      }
      out.end = statement.end;
      total = statement.total;
      digest.add(decoded->signed_by_both.payload);
    }
    if (out.last < last && page->size() < kRowsAtOnce) co_return Found();
  }
  out.amount = {total.value - account.settled.value};
  if (out.first == 0 || out.amount.value <= 0) co_return Found();
  out.digest = digest.finish();
  co_return Found(out);
}

Result<void> Ledger::append_settled(WriteBatch& batch, const Settlement& settlement,
                                    const std::optional<PaymentId>& payment) const {
  const auto* account = find(settlement.agreement);
  if (account == nullptr) return fail(Errc::conflict, "an agreement without statements");
  if (settlement.number <= account->settlement) return fail(Errc::exists, "it is settled already");
  const bool follows = settlement.number == account->settlement + 1 &&
                       settlement.first > account->settled_through && settlement.last >= settlement.first &&
                       settlement.last <= account->number && settlement.amount.value > 0 &&
                       settlement.amount <= account->owed();
  if (!follows) return fail(Errc::conflict, "it does not follow the last settlement");
  const rows::SettlementRow row{settlement.number, settlement.first,
                                settlement.last,   {account->settled.value + settlement.amount.value},
                                settlement.end,    payment};
  batch.put(rows::of(rows::kLastSettlements, settlement.agreement), rows::encode(row));
  batch.put(rows::of(rows::kSettlements, settlement.agreement, settlement.last), rows::encode(row));
  return {};
}

void Ledger::settled(const Settlement& settlement) {
  const auto at = accounts_.find(settlement.agreement);
  if (at == accounts_.end() || settlement.number <= at->second.settlement) return;
  auto& account = at->second;
  account.settlement = settlement.number;
  account.settled_through = settlement.last;
  account.settled.value += settlement.amount.value;
  account.owed_since = settlement.end;
}

Task<Result<void>> waive_rest(MetaStore& store, Ledger& ledger, AgreementId agreement) {
  const auto rest = co_await ledger.unsettled(agreement);
  if (!rest) co_return std::unexpected(rest.error());
  if (!*rest) co_return Result<void>();
  WriteBatch batch;
  if (auto fits = ledger.append_settled(batch, **rest, std::nullopt); !fits) co_return fits;
  if (auto done = co_await store.commit(std::move(batch), Durability::synced); !done) co_return done;
  ledger.settled(**rest);
  co_return Result<void>();
}

}  // namespace mycostr::payment
