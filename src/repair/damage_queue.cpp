#include "repair/damage_queue.hpp"

#include <algorithm>

namespace mycostr::repair {

DamageQueue::Rank DamageQueue::rank_of(const Entry& entry) {
  const auto& damage = entry.damage;
  return {damage.live, damage.worst_score, entry.age, damage.key};
}

std::pair<bool, DamageQueue::Rank> DamageQueue::worth_of(const Entry& entry) {
  return {entry.damage.tries > 0, rank_of(entry)};
}

void DamageQueue::index(const Entry& entry, SteadyTime now) {
  ranks_.insert(worth_of(entry));
  if (entry.ready <= now) {
    ready_.insert(rank_of(entry));
  } else {
    waiting_.emplace(entry.ready, entry.damage.key);
  }
}

Damage DamageQueue::remove(const ChunkKey& of) {
  // What it was read from goes with the entry.
  const auto key = of;
  auto node = entries_.extract(key);
  auto& entry = node.mapped();
  ranks_.erase(worth_of(entry));
  ready_.erase(rank_of(entry));
  waiting_.erase({entry.ready, key});
  return std::move(entry.damage);
}

std::optional<Damage> DamageQueue::push(Damage damage, SteadyTime ready, SteadyTime now) {
  auto age = next_age_++;
  if (const auto known = entries_.find(damage.key); known != entries_.end()) {
    const auto& old = known->second;
    age = old.age;
    damage.id = old.damage.id;
    damage.queued = old.damage.queued;
    damage.tries = old.damage.tries;
    damage.problem = old.damage.problem;
    damage.has_no_source = old.damage.has_no_source;
    // What failed waits, unless it has become worse.
    if (damage.live >= old.damage.live) ready = std::max(ready, old.ready);
    remove(damage.key);
  }
  const auto key = damage.key;
  const auto& entry = entries_.emplace(key, Entry{std::move(damage), age, ready}).first->second;
  index(entry, now);
  if (entries_.size() <= limit_) return std::nullopt;
  return remove(std::get<ChunkKey>(ranks_.rbegin()->second));
}

void DamageQueue::ripen(SteadyTime now) {
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    ready_.insert(rank_of(entries_.at(waiting_.begin()->second)));
    waiting_.erase(waiting_.begin());
  }
}

std::optional<Damage> DamageQueue::take(std::uint32_t max_live, SteadyTime now) {
  ripen(now);
  if (ready_.empty()) return std::nullopt;
  if (std::get<std::uint32_t>(*ready_.begin()) > max_live) return std::nullopt;
  return remove(std::get<ChunkKey>(*ready_.begin()));
}

std::optional<SteadyTime> DamageQueue::next_ready() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.begin()->first;
}

std::vector<Damage> DamageQueue::first(std::size_t limit) const {
  std::vector<Damage> out;
  for (auto at = ready_.begin(); at != ready_.end() && out.size() < limit; ++at) {
    out.push_back(entries_.at(std::get<ChunkKey>(*at)).damage);
  }
  for (auto at = waiting_.begin(); at != waiting_.end() && out.size() < limit; ++at) {
    out.push_back(entries_.at(at->second).damage);
  }
  return out;
}

}  // namespace mycostr::repair
