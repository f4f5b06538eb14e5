#include "payment/ledger.hpp"

#include <algorithm>

#include "payment/ledger_rows.hpp"

namespace mycostr::payment {
namespace {
constexpr std::size_t kRowsAtOnce = 1000;
}  // namespace

std::string_view state_name(StatementState state) {
  switch (state) {
    case StatementState::open:
      return "open";
    case StatementState::disputed:
      return "disputed";
    case StatementState::agreed:
      return "agreed";
    case StatementState::settled:
      return "settled";
  }
  return "open";
}

Task<Result<void>> Ledger::open() {
  if (auto done = co_await read_accounts(); !done) co_return done;
  if (auto done = co_await read_settled(); !done) co_return done;
  std::vector<AgreementId> owing;
  for (const auto& [id, account] : accounts_) {
    if (account.owed().value > 0) owing.push_back(id);
  }
  for (const auto& id : owing) {
    if (auto done = co_await find_owed(id); !done) co_return done;
  }
  co_return Result<void>();
}

Task<Result<void>> Ledger::read_accounts() {
  for (std::string after;;) {
    const auto page = co_await store_.scan({std::string(rows::kAccounts), after, kRowsAtOnce});
    if (!page) co_return std::unexpected(page.error());
    for (const auto& row : *page) {
      const auto id = rows::agreement_of(rows::kAccounts, row.key);
      if (!id) co_return std::unexpected(id.error());
      auto account = rows::decode_account(*id, row.value);
      if (!account) co_return std::unexpected(account.error());
      accounts_.insert_or_assign(*id, std::move(*account));
      after = row.key;
    }
    if (page->size() < kRowsAtOnce) co_return Result<void>();
  }
}

Task<Result<void>> Ledger::read_settled() {
  for (std::string after;;) {
    const auto page = co_await store_.scan({std::string(rows::kLastSettlements), after, kRowsAtOnce});
    if (!page) co_return std::unexpected(page.error());
    for (const auto& row : *page) {
      after = row.key;
      const auto id = rows::agreement_of(rows::kLastSettlements, row.key);
      const auto settlement = rows::decode_settlement(row.value);
      if (!id || !settlement) co_return fail(Errc::corrupt, "the last settlement of an agreement");
      const auto at = accounts_.find(*id);
      if (at == accounts_.end()) continue;
      at->second.settlement = settlement->number;
      at->second.settled_through = settlement->last;
      at->second.settled = settlement->settled;
    }
    if (page->size() < kRowsAtOnce) co_return Result<void>();
  }
}

Task<Result<void>> Ledger::find_owed(AgreementId agreement) {
  auto& account = accounts_.at(agreement);
  const std::string prefix = rows::of(rows::kStatements, agreement);
  for (auto after = rows::of(rows::kStatements, agreement, account.settled_through);;) {
    const auto page = co_await store_.scan({prefix, after, kRowsAtOnce});
    if (!page) co_return std::unexpected(page.error());
    for (const auto& row : *page) {
      const auto statement = rows::decode_statement(row.value);
      if (!statement) co_return std::unexpected(statement.error());
      account.owed_since = statement->statement.end;
      if (statement->statement.amount.value > 0) co_return Result<void>();
      after = row.key;
    }
    if (page->size() < kRowsAtOnce) co_return Result<void>();
  }
}

const Account* Ledger::find(const AgreementId& id) const {
  const auto at = accounts_.find(id);
  return at == accounts_.end() ? nullptr : &at->second;
}

void Ledger::append_revision(WriteBatch& batch, const agreement::Agreement& agreement) {
  const auto& revision = agreement.revision;
  batch.put(rows::of(rows::kRevisions, agreement.id, revision.number),
            rows::encode(
                RevisionPoint{revision.number, revision.at, revision.bytes, revision.root, revision.ends}));
}

Task<Result<std::vector<RevisionPoint>>> Ledger::revisions(AgreementId agreement, std::uint64_t above,
                                                           WallTime end) {
  std::vector<RevisionPoint> out;
  const std::string prefix = rows::of(rows::kRevisions, agreement);
  for (auto after = rows::of(rows::kRevisions, agreement, above);;) {
    const auto page = co_await store_.scan({prefix, after, kRowsAtOnce});
    if (!page) co_return std::unexpected(page.error());
    for (const auto& row : *page) {
      const auto number = rows::number_of(rows::kRevisions, row.key);
      const auto point = number ? rows::decode_revision(*number, row.value) : std::unexpected(number.error());
      if (!point) co_return std::unexpected(point.error());
      if (!is_before(*point, end)) co_return out;
      out.push_back(*point);
      after = row.key;
    }
    if (page->size() < kRowsAtOnce) co_return out;
    if (out.size() > kMaxRevisionsRead) co_return fail(Errc::full, "too many changes in one statement");
  }
}

Task<Result<std::optional<RevisionPoint>>> Ledger::first_revision(AgreementId agreement) {
  using Found = std::optional<RevisionPoint>;
  const auto page = co_await store_.scan({rows::of(rows::kRevisions, agreement), "", 1});
  if (!page) co_return std::unexpected(page.error());
  if (page->empty()) co_return Found();
  const auto number = rows::number_of(rows::kRevisions, page->front().key);
  if (!number) co_return std::unexpected(number.error());
  const auto point = rows::decode_revision(*number, page->front().value);
  if (!point) co_return std::unexpected(point.error());
  co_return Found(*point);
}

Task<Result<void>> Ledger::agree(agreement::Role role, NodeId peer, std::vector<Agreed> statements) {
  const auto id = statements.front().statement.agreement;
  const auto* known = find(id);
  Account next = known == nullptr ? Account() : *known;
  next.agreement = id;
  next.role = role;
  next.peer = peer;
  WriteBatch batch;
  for (const auto& agreed : statements) {
    const auto& statement = agreed.statement;
    batch.put(rows::of(rows::kStatements, id, statement.number),
              std::string(as_text(wire::encode(agreed.signed_by_both))));
    const bool is_first_owed = next.owed().value == 0 && statement.amount.value > 0;
    if (is_first_owed) next.owed_since = statement.end;
    next.number = statement.number;
    next.end = statement.end;
    next.total = statement.total;
    next.remainder = statement.remainder;
    next.revision = agreed.revision;
    next.bytes = agreed.bytes;
    next.root = agreed.root;
    next.is_closed = statement.is_last;
  }
  batch.put(rows::of(rows::kAccounts, id), rows::encode(next));
  // What they were made of is in the account now.
  const auto counted = co_await store_.scan({rows::of(rows::kRevisions, id), "", kRowsAtOnce});
  if (!counted) co_return std::unexpected(counted.error());
  for (const auto& row : *counted) {
    const auto number = rows::number_of(rows::kRevisions, row.key);
    if (number && *number <= next.revision) batch.erase(row.key);
  }
  if (auto done = co_await store_.commit(std::move(batch), Durability::synced); !done) co_return done;
  keep(std::move(next));
  co_return Result<void>();
}

/// It may have been settled meanwhile: that is another's to say.
void Ledger::keep(Account account) {
  if (const auto* known = find(account.agreement)) {
    const bool was_settled = known->settlement != account.settlement;
    account.settlement = known->settlement;
    account.settled_through = known->settled_through;
    account.settled = known->settled;
    if (was_settled) account.owed_since = std::max(account.owed_since, known->owed_since);
  }
  const auto open = open_.find(account.agreement);
  if (open != open_.end()) {
    std::erase_if(open->second, [&](const auto& row) { return row.statement.number <= account.number; });
    if (open->second.empty()) open_.erase(open);
  }
  const auto id = account.agreement;
  accounts_.insert_or_assign(id, std::move(account));
}

void Ledger::set_open(const AgreementId& agreement, std::vector<StatementRow> open) {
  const auto* account = find(agreement);
  std::erase_if(
      open, [&](const auto& row) { return account != nullptr && row.statement.number <= account->number; });
  if (open.empty()) {
    open_.erase(agreement);
  } else {
    open_.insert_or_assign(agreement, std::move(open));
  }
}

}  // namespace mycostr::payment
