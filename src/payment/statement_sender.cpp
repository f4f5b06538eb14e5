#include "payment/statement_sender.hpp"

#include <algorithm>
#include <exception>

#include "async/cancel.hpp"
#include "base/log.hpp"

namespace mycostr::payment {
namespace {

/// Looks that a statement waits for a change to be answered.
constexpr int kMaxWaits = 10;
constexpr int kLongestPauseTicks = 30;
constexpr Duration kBetweenSweeps = std::chrono::hours(24);

}  // namespace

Task<> StatementSender::run() {
  std::exception_ptr stopped;
  try {
    co_await rounds();
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await visits_.close();
  co_await async::end_cleanup();
  if (stopped) std::rethrow_exception(stopped);
}

Task<> StatementSender::rounds() {
  next_sweep_ = ports_.clock.now();
  for (;;) {
    co_await show_new(look());
    co_await upkeep();
    co_await ports_.clock.sleep_for(until_next_look());
  }
}

/// Nothing happens before a holder of something open may be asked again, or the epoch ends.
Duration StatementSender::until_next_look() const {
  const auto tick = settings_.tick();
  if (visits_.size() > 0) return tick;
  const auto now = ports_.clock.wall_now();
  Duration out = epoch_start(now, period_) + period_ - now;
  for (const auto& [id, open] : open_) {
    if (open.ends.empty()) continue;
    const auto* agreement = book_.find(id);
    const auto at = agreement == nullptr ? holders_.end() : holders_.find(agreement->peer);
    const auto wait = at == holders_.end() ? tick : at->second.not_before - ports_.clock.now();
    out = std::min(out, std::max(wait, tick));
  }
  return out;
}

std::optional<wire::Standing> StatementSender::standing_with(const NodeId& holder) const {
  const auto at = holders_.find(holder);
  return at == holders_.end() ? std::nullopt : at->second.told;
}

/// Closes epochs, and visits the holders of open statements.
std::vector<AgreementId> StatementSender::look() {
  std::vector<AgreementId> closed;
  std::map<NodeId, std::vector<AgreementId>> open_with;
  std::erase_if(open_, [&](const auto& entry) { return book_.find(entry.first) == nullptr; });
  const auto now = ports_.clock.wall_now();
  for (const auto& [id, agreement] : book_.all()) {
    if (agreement.role != agreement::Role::owner) continue;
    const auto* account = ledger_.find(id);
    // Where nothing was ever joined there is nothing to count.
    const bool has_none = agreement.revision.number == 0 && account == nullptr;
    if (has_none || (account != nullptr && account->is_closed)) {
      open_.erase(id);
      continue;
    }
    auto& open = open_[id];
    const auto agreed_end = account == nullptr ? agreement.terms.since : account->end;
    if (close_epochs(open, agreement, agreed_end, now, period_)) closed.push_back(id);
    if (!open.ends.empty()) open_with[agreement.peer].push_back(id);
  }
  for (auto& [holder, agreements] : open_with) {
    if (visits_.size() >= kMaxVisits || !may_visit(holder)) continue;
    holders_[holder].is_visited = true;
    visits_.spawn(visit(holder, std::move(agreements)));
  }
  return closed;
}

/// At once, though the holder may be one that is asked rarely.
Task<> StatementSender::show_new(std::vector<AgreementId> agreements) {
  for (const auto& id : agreements) {
    const auto made = co_await make(id);
    if (made) show(id, *made);
  }
}

bool StatementSender::may_visit(const NodeId& id) {
  auto& holder = holders_[id];
  if (holder.is_visited || ports_.clock.now() < holder.not_before) return false;
  const bool waits = ports_.is_changing && ports_.is_changing(id) && holder.waits < kMaxWaits;
  holder.waits = waits ? holder.waits + 1 : 0;
  return !waits;
}

Task<> StatementSender::visit(NodeId id, std::vector<AgreementId> agreements) {
  struct Ended {
    Holder& holder;
    ~Ended() { holder.is_visited = false; }
  } ended{holders_[id]};
  const auto slot = co_await slots_.take(1);
  const auto done = co_await send_all(id, std::move(agreements));
  auto& holder = ended.holder;
  if (done) {
    holder.pause = Duration(0);
    co_return;
  }
  log(LogLevel::debug, "payment", "statements with {} wait: {}", short_hex(id.view()),
      to_string(done.error()));
  const auto tick = settings_.tick();
  holder.pause = std::clamp(2 * holder.pause, tick, std::max<Duration>(kLongestPauseTicks * tick, period_));
  holder.not_before = ports_.clock.now() + holder.pause;
}

Task<Result<void>> StatementSender::send_all(NodeId holder, std::vector<AgreementId> agreements) {
  // Before anything is signed.
  if (!ports_.address_of(holder)) co_return fail(Errc::unreachable, "nobody knows where the holder is");
  // One that is refused keeps none of the others.
  Result<void> out;
  for (const auto& id : agreements) {
    constexpr int kRounds = 16;
    auto more = co_await exchange(id);
    for (int round = 1; more && *more && round < kRounds; ++round) more = co_await exchange(id);
    if (!more) out = std::unexpected(more.error());
    if (more && *more) out = fail(Errc::conflict, "the statements do not settle");
  }
  co_return out;
}

/// What is done now and then besides.
Task<> StatementSender::upkeep() {
  std::vector<AgreementId> waived;
  const auto now = ports_.clock.wall_now();
  for (const auto& [id, account] : ledger_.all()) {
    const bool is_waived =
        account.role == agreement::Role::owner && settlement_due(account, settings_, now) == Due::waived;
    if (is_waived) waived.push_back(id);
  }
  for (const auto& id : waived) {
    const auto done = co_await waive_rest(ports_.meta, ledger_, id);
    if (!done) log(LogLevel::warn, "payment", "could not waive a rest: {}", to_string(done.error()));
  }
  if (ports_.clock.now() < next_sweep_) co_return;
  next_sweep_ = ports_.clock.now() + kBetweenSweeps;
  const auto is_known = [this](const AgreementId& id) {
    return book_.find(id) != nullptr || (ports_.is_being_paid && ports_.is_being_paid(id));
  };
  const auto done = co_await ledger_.sweep(is_known, now);
  if (!done) log(LogLevel::warn, "payment", "could not sweep the ledger: {}", to_string(done.error()));
}

}  // namespace mycostr::payment
