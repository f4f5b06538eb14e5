// Service's eyes on the holders.
#include <fmt/format.h>

#include <algorithm>

#include "async/timeout.hpp"
#include "base/log.hpp"
#include "files/candidates.hpp"
#include "repair/service.hpp"

namespace mycostr::repair {
namespace {

constexpr Duration kShortestRound = std::chrono::milliseconds(100);
constexpr Duration kLongestRound = std::chrono::minutes(3);
/// Rounds in suspect_after, and searches of the catalog for holders in surplus_after.
constexpr int kRounds = 5;
constexpr int kSearches = 3;
constexpr int kIdleRounds = 5;
/// Waiting repairs looked at for a list.
constexpr std::size_t kListed = 10'000;

}  // namespace

Task<> Service::rounds() {
  const auto usual = std::clamp(settings_.suspect_after / kRounds, kShortestRound, kLongestRound);
  for (;;) {
    // A node that owns nothing, as most, looks up less often.
    const auto period = planner_.holders().all().empty() ? kIdleRounds * usual : usual;
    if (context_.clock.now() >= next_round_) {
      next_round_ = context_.clock.now() + period;
      co_await watch();
    }
    start_jobs();
    auto next = next_round_;
    // A job that is ready in between begins then.
    if (const auto ready = planner_.next_start(context_.clock.now())) next = std::min(next, *ready);
    const auto wait = std::clamp(next - context_.clock.now(), Duration(0), period);
    co_await async::finish_within(context_.clock, woken_.wait(), wait);
  }
}

Task<> Service::watch() {
  if (const auto done = co_await find_holders(); !done) {
    log(LogLevel::error, "repair", "could not look for holders: {}", to_string(done.error()));
    co_return;
  }
  auto all = found_;
  const auto more = hooks_.holders();
  all.insert(more.begin(), more.end());
  co_await forget_all_but(all);
  const auto now = context_.clock.now();
  auto& holders = planner_.holders();
  for (const auto& id : all) apply(holders.observe(id, look_at(id), now));
  apply(holders.advance(now));
  tell_freeze(holders.freeze_change());
  planner_.pacer().prune(now);
  pass_due_.notify_all();
}

Task<> Service::forget_all_but(const std::set<NodeId>& holders) {
  std::vector<NodeId> over;
  for (const auto& [id, holder] : planner_.holders().all()) {
    if (!holders.contains(id)) over.push_back(id);
  }
  for (const auto& id : over) {
    planner_.holders().forget(id);
    unreachable_.erase(id);
    const auto done = co_await rows_.erase_holder(id);
    if (!done) log(LogLevel::error, "repair", "node={}: {}", short_hex(id.view()), to_string(done.error()));
  }
}

/// In the catalog's rows, now and then.
Task<Result<void>> Service::find_holders() {
  const auto now = context_.clock.now();
  if (now < next_find_) co_return Result<void>();
  std::set<NodeId> found;
  std::optional<NodeId> after;
  for (;;) {
    const auto next = co_await catalog_.next_holder(after);
    if (!next) co_return std::unexpected(next.error());
    if (!*next) break;
    found.insert(**next);
    after = *next;
  }
  found_ = std::move(found);
  next_find_ = now + settings_.surplus_after / kSearches;
  co_return Result<void>();
}

/// One with nothing to be audited any more is not asked again: a shard that it took or gave tells as much.
bool Service::is_unreachable(const NodeId& holder) const {
  const auto at = unreachable_.find(holder);
  if (at == unreachable_.end()) return false;
  const auto* performance = context_.performance.find(holder);
  return performance == nullptr || !performance->last_success || *performance->last_success <= at->second;
}

Observation Service::look_at(const NodeId& holder) const {
  using Sign = Observation::Sign;
  Observation out;
  const auto* node = context_.directory.find(holder);
  if (node == nullptr || node->failing || is_unreachable(holder)) {
    out.sign = Sign::silent;
  } else {
    // A record from the disk is no sign of life.
    out.sign = node->answered ? Sign::answers : Sign::none;
  }
  if (node != nullptr) {
    out.is_draining = node->record.is_draining;
    if (context_.settings.placement.distinct_subnets) out.domain = files::subnet_of(*node);
  }
  const auto& scores = context_.scores;
  if (scores.online_of(holder) < reputation::kOnlineAtAll) out.trust = Trust::absent;
  if (scores.state_of(holder) == reputation::NodeState::disqualified) out.trust = Trust::disqualified;
  out.score = scores.weight(holder, 1, context_.clock.wall_now());
  return out;
}

void Service::apply(std::vector<Transition> transitions) {
  for (const auto& change : transitions) {
    log(LogLevel::info, "repair", "node={} is {}, was {}", short_hex(change.holder.view()),
        state_name(change.to), state_name(change.from));
    Event event;
    event.kind = Event::Kind::node_state;
    event.holder = change.holder;
    event.from = change.from;
    event.to = change.to;
    hooks_.on_event(event);
    if (change.to == HolderState::returning) hooks_.on_returned(change.holder);
    if (is_running_) tasks_.spawn(save(change.holder));
  }
}

/// As it is when the row is written: saves of one holder may overtake one another, never its state.
Task<> Service::save(NodeId id) {
  const auto* holder = planner_.holders().find(id);
  if (holder == nullptr) co_return;
  const auto done = co_await rows_.put_holder({id, holder->state, wall_of(holder->since)});
  if (!done) log(LogLevel::error, "repair", "node={}: {}", short_hex(id.view()), to_string(done.error()));
}

void Service::tell_freeze(Freeze::Change change) const {
  if (change == Freeze::Change::none) return;
  Event event;
  event.kind = change == Freeze::Change::began ? Event::Kind::frozen : Event::Kind::thawed;
  if (change == Freeze::Change::began) {
    log(LogLevel::warn, "repair", "frozen: {}", frozen()->why);
  } else {
    log(LogLevel::info, "repair", "no longer frozen: {}",
        change == Freeze::Change::enough_are_back ? "enough holders are back" : "they are really gone");
  }
  hooks_.on_event(event);
}

std::optional<FrozenSince> Service::frozen() const {
  const auto& freeze = planner_.holders().freeze();
  if (!freeze.since()) return std::nullopt;
  return FrozenSince{wall_of(*freeze.since()),
                     fmt::format("{} holders vanished at once: this node's own connection may be at fault",
                                 freeze.vanished())};
}

namespace {

RepairRecord record_of(const Damage& damage, RepairState state) {
  RepairRecord out;
  out.id = damage.id;
  out.key = damage.key;
  out.chunk = damage.chunk;
  out.shard = damage.shard;
  out.reason = damage.reason;
  out.state = state;
  out.live = damage.live;
  out.from = damage.from;
  out.queued = damage.queued;
  out.problem = damage.problem;
  return out;
}

}  // namespace

std::vector<RepairRecord> Service::list(std::optional<RepairState> state, std::size_t limit) const {
  std::vector<RepairRecord> out;
  const auto wants = [&](RepairState one) { return !state || *state == one; };
  if (wants(RepairState::running)) {
    for (const auto& [key, damage] : planner_.running())
      out.push_back(record_of(damage, RepairState::running));
  }
  if (wants(RepairState::waiting) || wants(RepairState::failed)) {
    for (const auto& damage : planner_.queue().first(std::max(limit, kListed))) {
      const auto its = damage.tries > 0 ? RepairState::failed : RepairState::waiting;
      if (wants(its)) out.push_back(record_of(damage, its));
    }
  }
  if (wants(RepairState::done)) out.insert(out.end(), history_.all().begin(), history_.all().end());
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace mycostr::repair
