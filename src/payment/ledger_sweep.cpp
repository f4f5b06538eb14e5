// The part of Ledger that removes what is no longer of use.
#include "payment/ledger.hpp"
#include "payment/ledger_rows.hpp"

namespace mycostr::payment {
namespace {

constexpr std::size_t kRowsAtOnce = 1000;

/// After all keys that begin with `key`, which is followed by at most 8 bytes.
std::string behind(std::string key) {
  return key + std::string(9, '\xff');
}

}  // namespace

Task<Result<void>> Ledger::sweep(IsKnown is_known, WallTime now) {
  std::vector<AgreementId> gone;
  std::vector<AgreementId> kept;
  for (const auto& [id, account] : accounts_) {
    const bool is_of_use = is_known(id) || (account.owed().value > 0 && now < account.end + kKeptFor);
    (is_of_use ? kept : gone).push_back(id);
  }
  for (const auto& id : gone) {
    accounts_.erase(id);
    open_.erase(id);
  }
  using rows::kStatements, rows::kSettlements, rows::kLastSettlements, rows::kRevisions, rows::kAccounts;
  // Should this end halfway, the next one finds the rest. The last settlement goes behind the account, which
  // without it would look as if nothing had ever been paid.
  for (const auto kind : {kStatements, kSettlements, kRevisions, kAccounts, kLastSettlements}) {
    if (auto done = co_await sweep_orphans(std::string(kind), is_known); !done) co_return done;
  }
  for (const auto& id : kept) {
    if (auto done = co_await sweep_statements(id, now); !done) co_return done;
  }
  co_return Result<void>();
}

/// One look for each agreement, and those that are not known lose their rows.
Task<Result<void>> Ledger::sweep_orphans(std::string kind, IsKnown is_known) {
  for (std::string after;;) {
    const auto first = co_await store_.scan({kind, after, 1});
    if (!first) co_return std::unexpected(first.error());
    if (first->empty()) co_return Result<void>();
    const auto id = rows::agreement_of(kind, first->front().key);
    if (!id) co_return std::unexpected(id.error());
    const auto prefix = rows::of(kind, *id);
    after = behind(prefix);
    if (is_known(*id) || accounts_.contains(*id)) continue;
    if (auto done = co_await erase_all(prefix); !done) co_return done;
  }
}

Task<Result<void>> Ledger::erase_all(std::string prefix) {
  for (;;) {
    const auto page = co_await store_.scan({prefix, "", kRowsAtOnce});
    if (!page) co_return std::unexpected(page.error());
    if (page->empty()) co_return Result<void>();
    WriteBatch batch;
    for (const auto& row : *page) batch.erase(row.key);
    if (auto done = co_await store_.commit(std::move(batch), Durability::buffered); !done) co_return done;
  }
}

Task<Result<void>> Ledger::sweep_statements(AgreementId agreement, WallTime now) {
  const auto prefix = rows::of(rows::kStatements, agreement);
  for (;;) {
    const auto page = co_await store_.scan({prefix, "", kRowsAtOnce});
    if (!page) co_return std::unexpected(page.error());
    const auto* account = find(agreement);
    if (account == nullptr) co_return Result<void>();
    WriteBatch batch;
    std::uint64_t last = 0;
    for (const auto& row : *page) {
      const auto decoded = rows::decode_statement(row.value);
      if (!decoded) co_return std::unexpected(decoded.error());
      const auto& statement = decoded->statement;
      const bool is_old =
          statement.number + kKeptStatements <= account->number || statement.end + kKeptFor <= now;
      if (!is_old || state_of(*account, statement) != StatementState::settled) break;
      last = statement.number;
      batch.erase(row.key);
    }
    if (batch.empty()) co_return Result<void>();
    // Settlements that end with one of these.
    const auto settlements = co_await store_.scan({rows::of(rows::kSettlements, agreement), "", kRowsAtOnce});
    if (!settlements) co_return std::unexpected(settlements.error());
    for (const auto& row : *settlements) {
      const auto number = rows::number_of(rows::kSettlements, row.key);
      if (number && *number <= last) batch.erase(row.key);
    }
    if (auto done = co_await store_.commit(std::move(batch), Durability::buffered); !done) co_return done;
  }
}

}  // namespace mycostr::payment
