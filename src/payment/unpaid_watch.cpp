#include "payment/unpaid_watch.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace mycostr::payment {
namespace {

constexpr const char* kRow = "pw";
/// Looks between two writes of the row: what a crash loses counts as time in which nobody could pay.
constexpr int kLooksToKeep = 5;
constexpr int kLongestGapLooks = 4;

bool is_stopped(wire::UnpaidState state) {
  return state >= wire::UnpaidState::stopped;
}

}  // namespace

Task<Result<void>> UnpaidWatch::open() {
  const auto row = co_await ports_.meta.get(kRow);
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return Result<void>();
  auto payable = PayableTime::decode(**row);
  if (!payable) co_return std::unexpected(payable.error());
  payable_ = std::move(*payable);
  co_return Result<void>();
}

Task<> UnpaidWatch::run() {
  for (;;) {
    co_await look();
    co_await ports_.clock.sleep_for(settings_.tick());
  }
}

Task<> UnpaidWatch::look() {
  const auto now = ports_.clock.wall_now();
  payable_.note(now, ports_.is_wallet_ready(), kLongestGapLooks * settings_.tick());
  co_await keep_payable_time(now);
  const auto oldest = co_await oldest_by_owner(now);
  if (!oldest) {
    log(LogLevel::warn, "payment", "could not read what is unpaid: {}", to_string(oldest.error()));
    co_return;
  }
  for (const auto& [owner, since] : *oldest) take(owner, standing_of(since, payable_, settings_, now));
  std::erase_if(standings_, [&](const auto& entry) {
    const bool is_gone = !oldest->contains(entry.first);
    if (is_gone && is_stopped(entry.second.state)) ports_.stop_accepting(entry.first, false);
    return is_gone;
  });
  has_looked_ = true;
  co_await enforce();
  co_await waive(now);
}

/// The owner's oldest, of all its agreements.
Task<Result<UnpaidWatch::Oldest>> UnpaidWatch::oldest_by_owner(WallTime now) {
  Oldest out;
  const auto add = [&](const NodeId& owner, std::optional<WallTime> since) {
    auto& oldest = out[owner];
    if (since && (!oldest || *since < *oldest)) oldest = since;
  };
  std::vector<AgreementId> without;
  for (const auto& [id, account] : ledger_.all()) {
    if (account.role != agreement::Role::holder) continue;
    const auto* agreement = book_.find(id);
    add(account.peer,
        agreement == nullptr ? unpaid_since(account) : unpaid_since(*agreement, &account, std::nullopt));
  }
  for (const auto& [id, agreement] : book_.all()) {
    if (agreement.role == agreement::Role::holder && ledger_.find(id) == nullptr) without.push_back(id);
  }
  for (const auto& id : without) {
    const auto since = co_await kept_since(id, now);
    if (!since) co_return std::unexpected(since.error());
    const auto* agreement = book_.find(id);
    if (agreement == nullptr || ledger_.find(id) != nullptr) continue;
    add(agreement->peer, unpaid_since(*agreement, nullptr, *since));
  }
  co_return out;
}

/// Read only where it may matter by now.
Task<Result<std::optional<WallTime>>> UnpaidWatch::kept_since(AgreementId id, WallTime now) {
  using Time = std::optional<WallTime>;
  const auto* agreement = book_.find(id);
  const bool may_matter = agreement != nullptr && agreement->revision.number > 0 &&
                          now >= agreement->terms.since + settings_.max_age;
  if (!may_matter) co_return Time();
  const auto first = co_await ledger_.first_revision(id);
  if (!first) co_return std::unexpected(first.error());
  co_return *first ? Time((*first)->at) : Time();
}

void UnpaidWatch::take(const NodeId& owner, const wire::Standing& standing) {
  const auto known = standings_.find(owner);
  const auto before = known == standings_.end() ? wire::UnpaidState::paid : known->second.state;
  standings_.insert_or_assign(owner, standing);
  if (is_stopped(before) != is_stopped(standing.state)) {
    ports_.stop_accepting(owner, is_stopped(standing.state));
  }
  if (before == standing.state || !has_looked_) return;
  log(LogLevel::warn, "payment", "owner={} is {}", short_hex(owner.view()),
      wire::unpaid_state_name(standing.state));
}

Task<> UnpaidWatch::enforce() {
  std::vector<NodeId> unpaid;
  const auto is_deleting = [&](const NodeId& owner) {
    return standing(owner).state == wire::UnpaidState::deleting;
  };
  std::erase_if(emptied_, [&](const NodeId& owner) { return !is_deleting(owner); });
  for (const auto& [owner, standing] : standings_) {
    // Shards may be there though the agreement is over: its end pays for nothing.
    const bool is_left = book_.with(agreement::Role::holder, owner) != nullptr || !emptied_.contains(owner);
    if (is_deleting(owner) && is_left) unpaid.push_back(owner);
  }
  for (const auto& owner : unpaid) {
    // It may have paid while others' shards were deleted.
    if (!co_await is_still_unpaid(owner)) continue;
    const auto done = co_await ports_.delete_shards(owner);
    if (done) {
      emptied_.insert(owner);
    } else {
      log(LogLevel::error, "payment", "could not delete the shards of {}: {}", short_hex(owner.view()),
          to_string(done.error()));
    }
  }
}

Task<bool> UnpaidWatch::is_still_unpaid(NodeId owner) {
  const auto now = ports_.clock.wall_now();
  const auto oldest = co_await oldest_by_owner(now);
  if (!oldest) co_return false;
  const auto since = oldest->find(owner);
  co_return since != oldest->end() &&
      standing_of(since->second, payable_, settings_, now).state == wire::UnpaidState::deleting;
}

/// What an owner may still pay after all is left alone for a while.
Task<> UnpaidWatch::waive(WallTime now) {
  std::vector<AgreementId> waived;
  for (const auto& [id, account] : ledger_.all()) {
    const bool is_waived = account.role == agreement::Role::holder &&
                           now >= account.end + settings_.max_age &&
                           settlement_due(account, settings_, now) == Due::waived;
    if (is_waived) waived.push_back(id);
  }
  for (const auto& id : waived) {
    const auto done = co_await waive_rest(ports_.meta, ledger_, id);
    if (!done) log(LogLevel::warn, "payment", "could not waive a rest: {}", to_string(done.error()));
  }
}

Task<> UnpaidWatch::keep_payable_time(WallTime now) {
  if (has_looked_ && ports_.clock.now() < kept_at_ + kLooksToKeep * settings_.tick()) co_return;
  kept_at_ = ports_.clock.now();
  // All that is unpaid for longer leads to the same.
  payable_.keep(2 * (settings_.max_age + 2 * settings_.grace));
  WriteBatch batch;
  batch.put(kRow, payable_.encode());
  const auto done = co_await ports_.meta.commit(std::move(batch), Durability::buffered);
  if (!done) log(LogLevel::warn, "payment", "could not keep the payable time: {}", to_string(done.error()));
}

wire::Standing UnpaidWatch::standing(const NodeId& owner) const {
  const auto at = standings_.find(owner);
  return at == standings_.end() ? wire::Standing() : at->second;
}

bool UnpaidWatch::accepts(const NodeId& owner) const {
  return !is_stopped(standing(owner).state);
}

}  // namespace mycostr::payment
