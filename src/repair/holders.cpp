#include "repair/holders.hpp"

#include <algorithm>
#include <utility>

namespace mycostr::repair {
namespace {

/// Somewhere within `period`, the same for a holder each time, so that not all are looked at at once.
Duration share_of(const NodeId& id, Duration period) {
  constexpr std::uint32_t kParts = 1 << 16;
  return period / kParts * (read_be32(ByteView(id.bytes).first(4)) % kParts);
}

}  // namespace

std::string_view state_name(HolderState state) {
  switch (state) {
    case HolderState::live:
      return "live";
    case HolderState::suspect:
      return "suspect";
    case HolderState::gone:
      return "gone";
    case HolderState::returning:
      return "returning";
  }
  return "live";
}

const Holder* Holders::find(const NodeId& id) const {
  const auto at = holders_.find(id);
  return at == holders_.end() ? nullptr : &at->second;
}

Holder& Holders::at(const NodeId& id, SteadyTime now) {
  const auto [at, is_new] = holders_.try_emplace(id);
  if (is_new) at->second.next_pass = now + share_of(id, settings_.grace);
  return at->second;
}

void Holders::restore(const NodeId& id, HolderState state, SteadyTime since) {
  auto& holder = holders_[id];
  holder.state = state;
  holder.since = since;
  holder.next_pass = started_;
  if (state == HolderState::suspect) holder.silent_since = since;
}

Transition Holders::change(const NodeId& id, Holder& holder, HolderState to, SteadyTime now) {
  const Transition out{id, holder.state, to};
  holder.state = to;
  holder.since = now;
  auto next = now;
  switch (to) {
    case HolderState::live:
      // What was to leave it was hoped for meanwhile, and is in no queue any more.
      if (!holder.is_draining) next += settings_.surplus_after;
      break;
    case HolderState::gone:
      break;
    case HolderState::suspect:
    case HolderState::returning:
      next += settings_.grace_critical;
      break;
  }
  // One that is due sooner may have another reason.
  holder.next_pass = std::min(holder.next_pass, next);
  return out;
}

std::vector<Transition> Holders::observe(const NodeId& id, const Observation& seen, SteadyTime now) {
  auto& holder = at(id, now);
  std::vector<Transition> out;
  if (seen.sign == Observation::Sign::silent && !holder.silent_since) holder.silent_since = now;
  if (seen.sign == Observation::Sign::answers) {
    holder.silent_since.reset();
    if (holder.state == HolderState::suspect) out.push_back(change(id, holder, HolderState::live, now));
    if (holder.state == HolderState::gone) out.push_back(change(id, holder, HolderState::returning, now));
  }
  if (seen.trust != holder.trust || seen.is_draining != holder.is_draining) holder.next_pass = now;
  holder.trust = seen.trust;
  holder.is_draining = seen.is_draining;
  holder.score = seen.score;
  observe_domain(holder, seen.domain, now);
  return out;
}

/// An address that changes to and fro, or a network seen through a gateway for an hour, is no move.
void Holders::observe_domain(Holder& holder, const std::string& domain, SteadyTime now) {
  if (domain.empty() || domain == holder.domain) {
    holder.next_domain.clear();
  } else if (holder.domain.empty()) {
    holder.domain = domain;
  } else if (domain != holder.next_domain) {
    holder.next_domain = domain;
    holder.moved = now;
  } else if (now - holder.moved >= settings_.grace) {
    holder.domain = std::exchange(holder.next_domain, {});
    holder.next_pass = now;
  }
}

std::vector<Transition> Holders::audit_passed(const NodeId& id, SteadyTime now) {
  auto& holder = at(id, now);
  holder.silent_since.reset();
  if (holder.state == HolderState::live) return {};
  return {change(id, holder, HolderState::live, now)};
}

std::vector<Transition> Holders::advance(SteadyTime now) {
  std::vector<Transition> out;
  for (auto& [id, holder] : holders_) {
    if (!holder.silent_since || now - *holder.silent_since < settings_.suspect_after) continue;
    if (holder.state == HolderState::live) out.push_back(change(id, holder, HolderState::suspect, now));
    if (holder.state == HolderState::returning) out.push_back(change(id, holder, HolderState::gone, now));
  }
  update_freeze(now);
  if (is_frozen() || now < started_ + settings_.suspect_after) return out;
  for (auto& [id, holder] : holders_) {
    if (holder.state == HolderState::suspect && now - holder.since >= settings_.grace) {
      out.push_back(change(id, holder, HolderState::gone, now));
    }
  }
  return out;
}

void Holders::update_freeze(SteadyTime now) {
  Freeze::Sight sight;
  for (const auto& [id, holder] : holders_) {
    if (holder.state == HolderState::gone) continue;
    ++sight.known;
    if (holder.silent_since) sight.silent_since.push_back(*holder.silent_since);
  }
  const auto frozen_since = freeze_.since();
  freeze_change_ = freeze_.update(std::move(sight), now);
  if (freeze_change_ == Freeze::Change::enough_are_back) {
    // The crowd fell silent within suspect_after, and was seen to at most so much later.
    thaw(*frozen_since - 2 * settings_.suspect_after, now);
  }
  if (freeze_change_ == Freeze::Change::lasted_too_long) thaw(std::nullopt, now);
}

/// What was not done meanwhile is found anew. Where it was the own link, who fell silent with it (since
/// `crowd`) and is not back yet may be in a moment; who was silent before is not excused by that.
void Holders::thaw(std::optional<SteadyTime> crowd, SteadyTime now) {
  for (auto& [id, holder] : holders_) {
    if (holder.state == HolderState::live) continue;
    holder.next_pass = now;
    const bool is_excused = crowd && holder.silent_since && *holder.silent_since >= *crowd;
    if (!is_excused || holder.state == HolderState::gone) continue;
    holder.since = now;
    holder.next_pass = now + settings_.grace_critical;
  }
}

bool Holders::is_counted(const NodeId& id) const {
  const auto* holder = find(id);
  return holder == nullptr || (holder->state == HolderState::live && holder->trust == Trust::trusted);
}

bool Holders::is_hoped_for(const NodeId& id, Duration grace, SteadyTime now) const {
  const auto* holder = find(id);
  if (holder == nullptr || holder->state == HolderState::live || holder->trust != Trust::trusted)
    return false;
  if (is_frozen()) return true;
  return holder->state != HolderState::gone && now - holder->since < grace;
}

std::optional<NodeId> Holders::take_pass(SteadyTime now) {
  if (now < started_ + settings_.suspect_after) return std::nullopt;
  const auto next =
      std::ranges::min_element(holders_, {}, [](const auto& entry) { return entry.second.next_pass; });
  if (next == holders_.end() || next->second.next_pass > now) return std::nullopt;
  next->second.next_pass = SteadyTime::max();
  next->second.is_incomplete = false;
  return next->first;
}

void Holders::pass_done(const NodeId& id, SteadyTime now) {
  const auto at = holders_.find(id);
  if (at == holders_.end()) return;
  auto& holder = at->second;
  // Also where nothing happens, all is looked at now and then: whatever was missed is found.
  auto next = now + settings_.surplus_after;
  if (holder.since != SteadyTime::min()) {
    for (const auto after : {settings_.grace_critical, settings_.grace, settings_.surplus_after}) {
      if (holder.since + after > now) next = std::min(next, holder.since + after);
    }
  }
  holder.next_pass = std::min(holder.next_pass, next);
}

void Holders::pass_failed(const NodeId& id, SteadyTime now) {
  const auto at = holders_.find(id);
  if (at != holders_.end())
    at->second.next_pass = std::min(at->second.next_pass, now + settings_.suspect_after);
}

void Holders::pass_incomplete(const NodeId& id) {
  if (const auto at = holders_.find(id); at != holders_.end()) at->second.is_incomplete = true;
}

void Holders::room(SteadyTime now) {
  for (auto& [id, holder] : holders_) {
    if (!std::exchange(holder.is_incomplete, false)) continue;
    holder.next_pass = std::min(holder.next_pass, now);
  }
}

}  // namespace mycostr::repair
