// The part of Ledger that shows statements.
#include <algorithm>

#include "payment/ledger.hpp"
#include "payment/ledger_rows.hpp"

namespace mycostr::payment {

StatementState Ledger::state_of(const Account& account, const wire::Statement& statement) const {
  return statement.total <= account.settled ? StatementState::settled : StatementState::agreed;
}

Task<Result<StatementRow>> Ledger::statement(AgreementId agreement, std::uint64_t number) {
  const auto row = co_await store_.get(rows::of(rows::kStatements, agreement, number));
  if (!row) co_return std::unexpected(row.error());
  const auto* account = find(agreement);
  if (!*row || account == nullptr || number > account->number)
    co_return fail(Errc::not_found, "no such statement is kept");
  auto out = rows::decode_statement(**row);
  if (!out) co_return out;
  out->state = state_of(*account, out->statement);
  if (auto done = co_await add_payments(agreement, {&*out}); !done) co_return std::unexpected(done.error());
  co_return out;
}

std::vector<StatementRow> Ledger::open_after(const AgreementId& agreement, std::uint64_t after,
                                             bool newest_first) const {
  std::vector<StatementRow> out;
  const auto open = open_.find(agreement);
  if (open == open_.end()) return out;
  for (const auto& row : open->second) {
    const auto number = row.statement.number;
    const bool is_asked = newest_first ? after == 0 || number < after : number > after;
    if (is_asked) out.push_back(row);
  }
  if (newest_first) std::ranges::reverse(out);
  return out;
}

Task<Result<std::vector<StatementRow>>> Ledger::statements(AgreementId agreement, std::uint64_t after,
                                                           std::size_t limit, bool newest_first) {
  std::vector<StatementRow> out;
  auto open = open_after(agreement, after, newest_first);
  const auto add_open = [&] {
    open.resize(std::min(open.size(), limit - out.size()));
    std::ranges::move(open, std::back_inserter(out));
  };
  if (newest_first) add_open();
  const auto* found = find(agreement);
  if (found != nullptr && out.size() < limit) {
    const auto account = *found;
    const bool from_the_end = newest_first && after == 0;
    const auto key = from_the_end ? std::string() : rows::of(rows::kStatements, agreement, after);
    const auto page =
        co_await store_.scan({rows::of(rows::kStatements, agreement), key, limit - out.size(), newest_first});
    if (!page) co_return std::unexpected(page.error());
    for (const auto& row : *page) {
      auto statement = rows::decode_statement(row.value);
      if (!statement) co_return std::unexpected(statement.error());
      statement->state = state_of(account, statement->statement);
      // Agreed on while it was read: then it is open no more.
      const auto number = statement->statement.number;
      const auto is_it = [&](const StatementRow& row) { return row.statement.number == number; };
      std::erase_if(newest_first ? out : open, is_it);
      out.push_back(std::move(*statement));
    }
    std::vector<StatementRow*> settled;
    for (auto& row : out) {
      if (row.state == StatementState::settled) settled.push_back(&row);
    }
    if (auto done = co_await add_payments(agreement, std::move(settled)); !done)
      co_return std::unexpected(done.error());
  }
  if (!newest_first) add_open();
  co_return out;
}

/// A settlement's row is the first one at or after each of its statements.
Task<Result<void>> Ledger::add_payments(AgreementId agreement, std::vector<StatementRow*> settled) {
  std::optional<rows::SettlementRow> known;
  const auto is_of = [&](std::uint64_t number) {
    return known && number >= known->first && number <= known->last;
  };
  for (auto* row : settled) {
    const auto number = row->statement.number;
    if (row->statement.amount.value == 0 && !is_of(number)) continue;
    if (!is_of(number)) {
      const auto page = co_await store_.scan(
          {rows::of(rows::kSettlements, agreement), rows::of(rows::kSettlements, agreement, number - 1), 1});
      if (!page) co_return std::unexpected(page.error());
      if (page->empty()) continue;
      const auto settlement = rows::decode_settlement(page->front().value);
      if (!settlement) co_return std::unexpected(settlement.error());
      known = *settlement;
    }
    if (is_of(number)) row->payment = known->payment;
  }
  co_return Result<void>();
}

}  // namespace mycostr::payment
