#include "agreement/owner_service.hpp"

#include <algorithm>
#include <list>

#include "agreement/desk.hpp"
#include "agreement/keys.hpp"
#include "async/cancel.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"

namespace mycostr::agreement {
namespace {

/// Time for shards to gather, so that one change takes many.
constexpr auto kRound = std::chrono::seconds(5);
/// Holders may be away for days.
constexpr auto kNobodyThere = std::chrono::minutes(1);
/// Agreements that are ending, for there may be very many of holders that never come back.
constexpr auto kEndingRound = std::chrono::minutes(5);
constexpr Duration kFirstPause = std::chrono::seconds(10);  // after a failure; then twice as long each time
constexpr Duration kLongestPause = std::chrono::minutes(5);
constexpr auto kWaitingLook = std::chrono::hours(1);
constexpr std::size_t kVisitsAtOnce = 8;
constexpr std::size_t kRowsAtOnce = 1000;

/// An audit takes its deadline, and a few tries.
constexpr auto kAuditPatience = std::chrono::seconds(60);
constexpr auto kAuditLook = std::chrono::milliseconds(200);

}  // namespace

/// Somebody's shards that are to leave.
struct OwnerService::Wish {
  std::uint64_t number = 0;  ///< grows
  std::vector<ShardId> shards;
  std::optional<Result<void>> outcome;
};

/// Where work at one holder waits its turn.
struct OwnerService::Counter {
  Counter(const OwnerPorts& ports, Book& book, JoinQueue& joins, const OnMissing& on_missing,
          const NodeId& holder)
      : desk(ports, book, joins, on_missing, holder) {}

  Desk desk;
  async::Budget turn{1};
  std::list<Wish*> wishes;  ///< by number
  std::uint64_t last_wish = 0;
  bool is_visited = false;
  SteadyTime not_before;
  Duration pause = kFirstPause;
  std::optional<SteadyTime> refuses_since;
  int refusals = 0;  ///< since then
};

OwnerService::OwnerService(OwnerPorts ports, Book& book, JoinQueue& joins)
    : ports_(std::move(ports)),
      book_(book),
      joins_(joins),
      waiting_watch_(ports_.clock, ports_.meta),
      slots_(kVisitsAtOnce),
      visits_(ports_.executor, "agreement") {}

OwnerService::~OwnerService() = default;

Task<Result<void>> OwnerService::open() {
  if (auto done = co_await waiting_watch_.open(); !done) co_return done;
  for (std::string after;;) {
    const auto rows = co_await ports_.meta.scan({std::string(keys::kChanges), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      after = row.key;
      const auto id = AgreementId::from(as_bytes(row.key).subspan(keys::kChanges.size()));
      const auto* agreement = id ? book_.find(*id) : nullptr;
      if (agreement != nullptr && agreement->state == State::active) unanswered_.insert(agreement->peer);
    }
    if (rows->size() < kRowsAtOnce) co_return Result<void>();
  }
}

OwnerService::CounterPtr OwnerService::counter_of(const NodeId& holder) {
  auto& counter = counters_[holder];
  if (!counter) counter = std::make_shared<Counter>(ports_, book_, joins_, on_missing, holder);
  return counter;
}

Task<> OwnerService::run() {
  std::exception_ptr stopped;
  try {
    co_await report_missing();
    visits_.spawn(watch_waiting());
    co_await rounds();
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await visits_.close();
  co_await async::end_cleanup();
  if (stopped) std::rethrow_exception(stopped);
}

Task<> OwnerService::report_missing() {
  for (std::optional<JoinQueue::Missing> after;;) {
    const auto missing = co_await joins_.missing(after, kRowsAtOnce);
    if (!missing) {
      log(LogLevel::error, "agreement", "could not read what is missing: {}", to_string(missing.error()));
      co_return;
    }
    std::map<NodeId, std::vector<ShardId>> by_holder;
    for (const auto& [holder, shard] : *missing) by_holder[holder].push_back(shard);
    for (auto& [holder, shards] : by_holder) {
      if (on_missing) on_missing(holder, std::move(shards), Missing::as_before);
    }
    if (missing->size() < kRowsAtOnce) co_return;
    after = missing->back();
  }
}

bool OwnerService::has_work() const {
  return !joins_.holders().empty() || !unanswered_.empty() || !doubted_.empty() ||
         book_.has_any(Role::owner, State::ending);
}

std::set<NodeId> OwnerService::holders_with_work() {
  std::set<NodeId> out;
  for (const auto& [holder, bytes] : joins_.holders()) out.insert(holder);
  out.insert(unanswered_.begin(), unanswered_.end());
  out.insert(doubted_.begin(), doubted_.end());
  if (ports_.clock.now() < next_look_at_ending_) return out;
  next_look_at_ending_ = ports_.clock.now() + kEndingRound;
  for (const auto& id : book_.in_state(Role::owner, State::ending)) out.insert(book_.find(id)->peer);
  return out;
}

Task<> OwnerService::rounds() {
  for (;;) {
    while (!has_work()) co_await joins_.wait();
    co_await ports_.clock.sleep_for(kRound);
    if (!co_await round()) co_await async::finish_within(ports_.clock, joins_.wait(), kNobodyThere);
  }
}

Task<bool> OwnerService::round() {
  bool any_there = false;
  for (const auto& holder : holders_with_work()) {
    if (!ports_.find_holder(holder)) continue;
    const bool is_unsettled = unanswered_.contains(holder) || doubted_.contains(holder);
    if (!is_unsettled && (ports_.owes_answer(holder) || ports_.is_asked(holder))) continue;
    any_there = true;
    const auto counter = counter_of(holder);
    const bool is_due = !counter->is_visited && ports_.clock.now() >= counter->not_before;
    if (!is_due) continue;
    auto slot = co_await slots_.take(1);
    counter->is_visited = true;
    visits_.spawn(visit(holder, counter, std::move(slot)));
  }
  co_return any_there;
}

Task<> OwnerService::visit(NodeId holder, CounterPtr counter, async::Budget::Lease) {
  struct Ended {
    Counter& counter;
    ~Ended() { counter.is_visited = false; }
  } ended{*counter};
  const auto calls = counter->desk.calls();
  const auto signatures = counter->desk.signatures();
  const auto done = co_await join_all(holder, counter);
  // One that has just been given up is told soon.
  if (!book_.ending_with(Role::owner, holder).empty()) next_look_at_ending_ = {};
  note_signatures(holder, *counter, signatures);
  const bool is_audited = ports_.owes_answer(holder) || ports_.is_asked(holder);
  if (done && !is_audited) counter->refuses_since.reset();
  if (!done && !is_audited && counter->desk.calls() > calls) co_await note_refusal(holder, counter);
  if (done) {
    unanswered_.erase(holder);
    counter->pause = kFirstPause;
    co_return;
  }
  log(LogLevel::debug, "agreement", "holder={}: {}", short_hex(holder.view()), to_string(done.error()));
  counter->not_before = ports_.clock.now() + counter->pause;
  counter->pause = std::min(2 * counter->pause, kLongestPause);
}

void OwnerService::note_signatures(const NodeId& holder, Counter& counter, std::uint64_t before) {
  if (counter.desk.signatures() == before) return;
  signed_[holder] = ports_.clock.now();
  waiting_watch_.has_signed(holder);
}

/// A turn for each change: what is to leave need not wait until all have joined.
Task<Result<void>> OwnerService::join_all(NodeId holder, CounterPtr counter) {
  for (;;) {
    const auto turn = co_await counter->turn.take(1);
    unanswered_.insert(holder);
    if (auto done = co_await counter->desk.catch_up(); !done) co_return done;
    if (doubted_.contains(holder)) {
      if (auto done = co_await counter->desk.compare(); !done) co_return done;
      doubted_.erase(holder);
    }
    if (ports_.owes_answer(holder) || ports_.is_asked(holder)) co_return Result<void>();
    const auto more = co_await counter->desk.join_some();
    if (!more) co_return std::unexpected(more.error());
    if (!*more) co_return Result<void>();
  }
}

Task<> OwnerService::note_refusal(NodeId holder, CounterPtr counter) {
  const auto now = ports_.clock.now();
  if (!counter->refuses_since) {
    counter->refuses_since = now;
    counter->refusals = 0;
  }
  ++counter->refusals;
  const auto since = *counter->refuses_since;
  if (counter->refusals < kRefusals || now - since < kRefusalPatience || may_be_own_fault(holder, since))
    co_return;
  counter->refuses_since.reset();
  co_await give_up_waiting(holder, counter);
}

Task<> OwnerService::give_up_waiting(NodeId holder, CounterPtr counter) {
  const auto turn = co_await counter->turn.take(1);
  const auto done = co_await counter->desk.give_up_waiting();
  if (!done) {
    log(LogLevel::error, "agreement", "could not note what is missing at holder={}: {}",
        short_hex(holder.view()), to_string(done.error()));
  }
}

/// In the join queue, or on its way back there from an agreement that was given up.
std::map<NodeId, ByteCount> OwnerService::waiting_for_signature() const {
  auto out = joins_.holders();
  for (const auto& id : book_.in_state(Role::owner, State::ending)) {
    const auto* agreement = book_.find(id);
    if (agreement->rejoins) out[agreement->peer] += agreement->revision.bytes;
  }
  return out;
}

Task<> OwnerService::watch_waiting() {
  std::set<NodeId> was_overdue;
  for (;;) {
    while (waiting_for_signature().empty() && waiting_watch_.empty()) co_await joins_.wait();
    co_await ports_.clock.sleep_for(kWaitingLook);
    const auto overdue = co_await waiting_watch_.look(waiting_for_signature());
    if (!overdue) {
      log(LogLevel::error, "agreement", "cannot note what waits: {}", to_string(overdue.error()));
      continue;
    }
    std::set<NodeId> are_there;
    for (const auto& holder : *overdue) {
      // Those that are away are repair's; one that has just come back may sign yet.
      if (!ports_.find_holder(holder)) continue;
      are_there.insert(holder);
      if (was_overdue.contains(holder)) co_await give_up_waiting(holder, counter_of(holder));
    }
    was_overdue = std::move(are_there);
  }
}

/// Should the fault be here, nobody signs anything.
bool OwnerService::may_be_own_fault(const NodeId& holder, SteadyTime since) const {
  return std::ranges::none_of(
      signed_, [&](const auto& entry) { return entry.first != holder && entry.second >= since; });
}

void OwnerService::compare(const NodeId& holder) {
  doubted_.insert(holder);
  joins_.wake();
}

Task<Result<void>> OwnerService::leave(NodeId holder, std::vector<ShardId> shards) {
  const auto counter = counter_of(holder);
  Wish wish{++counter->last_wish, std::move(shards), std::nullopt};
  struct Waiting {
    std::list<Wish*>& wishes;
    const std::list<Wish*>::iterator place;
    ~Waiting() { wishes.erase(place); }
  } waiting{counter->wishes, counter->wishes.insert(counter->wishes.end(), &wish)};
  // What is under way is to be settled before the question is made.
  if (!unanswered_.contains(holder)) co_await let_audit_end(holder);
  const auto turn = co_await counter->turn.take(1);
  // Whoever had the turn before has perhaps seen to this too.
  if (!wish.outcome) co_await grant_wishes(holder, counter);
  co_return *wish.outcome;
}

Task<> OwnerService::let_audit_end(NodeId holder) {
  const auto end = ports_.clock.now() + kAuditPatience;
  while (ports_.is_asked(holder) && ports_.clock.now() < end) co_await ports_.clock.sleep_for(kAuditLook);
}

Task<> OwnerService::grant_wishes(NodeId holder, CounterPtr counter) {
  std::vector<ShardId> shards;
  for (const auto* wish : counter->wishes) {
    if (!wish->outcome) shards.insert(shards.end(), wish->shards.begin(), wish->shards.end());
  }
  const auto last = counter->last_wish;
  // Two may want the same gone.
  std::ranges::sort(shards);
  shards.erase(std::ranges::unique(shards).begin(), shards.end());
  unanswered_.insert(holder);
  const auto signatures = counter->desk.signatures();
  auto done = co_await counter->desk.catch_up();
  if (done && (ports_.owes_answer(holder) || ports_.is_asked(holder)))
    done = fail(Errc::unreachable, "it owes an answer to an audit");
  if (done) done = co_await counter->desk.leave(std::move(shards));
  note_signatures(holder, *counter, signatures);
  // What leaves without the holder's hand says nothing of whether it signs.
  if (counter->desk.signatures() > signatures) counter->refuses_since.reset();
  if (done) {
    unanswered_.erase(holder);
  } else {
    joins_.wake();
  }
  // Those who gave up meanwhile are not in the list any more; those who were told before were left out.
  for (auto* wish : counter->wishes) {
    if (wish->number <= last && !wish->outcome) wish->outcome = done;
  }
}

Task<Result<void>> OwnerService::end(AgreementId id) {
  const auto* found = book_.find(id);
  const auto no_such = [] { return fail(Errc::not_found, "no active agreement of this owner"); };
  if (found == nullptr || found->role != Role::owner) co_return no_such();
  const auto counter = counter_of(found->peer);
  const auto turn = co_await counter->turn.take(1);
  found = book_.find(id);
  if (found == nullptr || found->state != State::active) co_return no_such();
  auto agreement = *found;
  agreement.state = State::ending;
  auto done = co_await book_.save({std::move(agreement)}, {}, Durability::synced);
  next_look_at_ending_ = {};
  // What was under way is settled when the holder is told, if it ever can be.
  if (done) unanswered_.erase(counter->desk.holder());
  joins_.wake();
  co_return done;
}

}  // namespace mycostr::agreement
