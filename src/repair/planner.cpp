#include "repair/planner.hpp"

#include <algorithm>

namespace mycostr::repair {
namespace {

/// The first new try waits this part of suspect_after: 1 min of 15.
constexpr int kFirstRetryPart = 15;
constexpr std::uint32_t kMaxDoublings = 16;
/// Chunks found to have busy sources before the others are not looked at.
constexpr std::size_t kBusyInARow = 32;
/// A source that sends now is asked for again after this.
constexpr Duration kWhileSending = std::chrono::seconds(1);

}  // namespace

Planner::Planner(const Settings& settings, SteadyTime started, std::uint64_t first_id, std::size_t max_queued)
    : holders_(settings, started),
      queue_(max_queued),
      pacer_(settings.uplink_fraction),
      max_queued_(max_queued),
      next_id_(first_id) {}

bool Planner::consider(const ChunkView& chunk, const NodeId& found_at, SteadyTime now, WallTime wall_now) {
  const auto found = assess(chunk, holders_, now);
  if (!found.has_work()) return false;
  Damage damage;
  damage.key = chunk.key;
  damage.chunk = chunk.id;
  damage.shard = found.shard;
  damage.from = found.from;
  damage.reason = found.reason;
  damage.live = found.live;
  damage.worst_score = found.worst_score;
  damage.size = chunk.size;
  damage.id = next_id_++;
  damage.queued = wall_now;
  damage.found_at = found_at;
  push(std::move(damage), now, now);
  return true;
}

void Planner::push(Damage damage, SteadyTime ready, SteadyTime now) {
  const auto dropped = queue_.push(std::move(damage), ready, now);
  if (dropped) holders_.pass_incomplete(dropped->found_at);
}

std::optional<Damage> Planner::start(SteadyTime now) {
  if (running_.size() >= kSlots) return std::nullopt;
  const auto others =
      std::ranges::count_if(running_, [](const auto& job) { return !job.second.is_urgent(); });
  auto max_live = static_cast<std::size_t>(others) < kSlots / 2 ? UINT32_MAX : kUrgentLive;
  if (now < paused_until_) max_live = kNeeded;
  auto damage = queue_.take(max_live, now);
  if (damage) running_.emplace(damage->key, *damage);
  if (queue_.size() <= max_queued_ / 2) holders_.room(now);
  return damage;
}

std::optional<SteadyTime> Planner::next_start(SteadyTime now) const {
  if (running_.size() >= kSlots || queue_.size() == 0) return std::nullopt;
  auto next = queue_.next_ready();
  if (now < paused_until_) next = std::min(next.value_or(paused_until_), paused_until_);
  return next;
}

void Planner::done(const Damage& damage) {
  busy_in_a_row_ = 0;
  running_.erase(damage.key);
}

void Planner::retry(Damage damage, SteadyTime now) {
  const auto& settings = holders_.settings();
  const auto doublings = std::min(damage.tries, kMaxDoublings);
  const auto longest = damage.live == 0 ? settings.suspect_after : settings.grace;
  const auto delay = std::min(settings.suspect_after / kFirstRetryPart * (1 << doublings), longest);
  ++damage.tries;
  done(damage);
  push(std::move(damage), now + delay, now);
}

void Planner::postpone(Damage damage, SteadyTime when, SteadyTime now) {
  if (++busy_in_a_row_ >= kBusyInARow) {
    busy_in_a_row_ = 0;
    paused_until_ = when;
  }
  running_.erase(damage.key);
  push(std::move(damage), when, now);
}

Planner::Sources Planner::sources(const ChunkView& chunk, const Assessment& assessment, bool has_no_source,
                                  SteadyTime now) const {
  std::vector<NodeId> all;
  std::vector<NodeId> good;
  for (const auto& copy : chunk.copies) {
    all.push_back(copy.holder);
    if (!copy.lost && holders_.is_counted(copy.holder)) good.push_back(copy.holder);
  }
  if (assessment.live <= kNeeded || has_no_source || good.empty()) return {std::move(all), now};
  const auto next = *std::ranges::min_element(good, {}, [&](const NodeId& id) { return pacer_.free_at(id); });
  const auto when = pacer_.free_at(next);
  if (when <= now) return {{next}, now};
  return {{}, when == SteadyTime::max() ? now + kWhileSending : when};
}

}  // namespace mycostr::repair
