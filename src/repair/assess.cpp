#include "repair/assess.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace mycostr::repair {
namespace {

enum class Standing {
  stays,       ///< counts, and will
  leaves,      ///< counts, and will not: its holder drains
  away,        ///< its holder is silent, or not audited since it came back
  written_off  ///< lost by proof, or on a holder that is not trusted
};

struct Place {
  const Copy* copy;
  const Holder* holder;  ///< null: not known yet, and so well
  Standing standing;
  std::string_view domain;
  double score;
};

Standing standing_of(const Copy& copy, const Holder* holder) {
  if (copy.lost) return Standing::written_off;
  if (holder == nullptr) return Standing::stays;
  if (holder->trust != Trust::trusted) return Standing::written_off;
  if (holder->state != HolderState::live) return Standing::away;
  return holder->is_draining ? Standing::leaves : Standing::stays;
}

std::vector<Place> places_of(const ChunkView& chunk, const Holders& holders) {
  std::vector<Place> out;
  for (const auto& copy : chunk.copies) {
    const auto* holder = holders.find(copy.holder);
    const bool is_alone = holder == nullptr || holder->domain.empty();
    out.push_back({&copy, holder, standing_of(copy, holder),
                   is_alone ? copy.holder.text() : std::string_view(holder->domain),
                   holder == nullptr ? 1 : holder->score});
  }
  // The best of each domain first: the others of it are too many.
  std::ranges::sort(out, {}, [](const Place& place) { return std::pair(-place.score, place.copy->shard); });
  return out;
}

using Domains = std::set<std::string_view>;

class Assessor {
 public:
  Assessor(const ChunkView& chunk, const Holders& holders, SteadyTime now)
      : chunk_(chunk), holders_(holders), now_(now), places_(places_of(chunk, holders)) {}

  Assessment run() {
    count();
    find_drops();
    name_reason();
    return std::move(out_);
  }

 private:
  bool is_hoped(const Place& place, Duration grace) const {
    return place.standing == Standing::away && holders_.is_hoped_for(place.copy->holder, grace, now_);
  }

  void count() {
    Domains live;
    Domains lasting;
    Domains critical;
    for (const auto& place : places_) {
      const bool stays = place.standing == Standing::stays;
      if (stays && !staying_.insert(place.domain).second) clumped_.push_back(&place);
      const bool is_live = stays || place.standing == Standing::leaves;
      if (is_live) {
        live.insert(place.domain);
        out_.worst_score = std::min(out_.worst_score, place.score);
      }
      if (stays || is_hoped(place, holders_.settings().grace)) lasting.insert(place.domain);
      if (is_live || is_hoped(place, holders_.settings().grace_critical)) critical.insert(place.domain);
    }
    out_.live = static_cast<std::uint32_t>(live.size());
    const auto lacks = [](std::uint32_t wanted, const Domains& there) {
      return wanted - std::min(wanted, static_cast<std::uint32_t>(there.size()));
    };
    out_.missing = std::max(lacks(chunk_.redundancy, lasting),
                            lacks(std::min(kUrgentLive, chunk_.redundancy), critical));
  }

  void find_drops() {
    if (staying_.size() < chunk_.redundancy) return;
    for (const auto& place : places_) {
      if (place.standing == Standing::written_off || place.standing == Standing::leaves ||
          (place.standing == Standing::away && is_long_away(place))) {
        drop(place);
      }
    }
    for (const auto* place : clumped_) drop(*place);
    drop_surplus();
  }

  void drop(const Place& place) { dropped_.push_back(&place); }

  bool is_long_away(const Place& place) const {
    return place.holder->state != HolderState::suspect && !holders_.is_frozen() &&
           now_ - place.holder->since >= holders_.settings().surplus_after;
  }

  /// Worst first. While a holder may still show that it stays, the copy that was made for it waits.
  void drop_surplus() {
    auto surplus = staying_.size() - chunk_.redundancy;
    if (surplus == 0 || is_newly_back()) return;
    for (auto place = places_.rbegin(); place != places_.rend() && surplus > 0; ++place) {
      if (place->standing != Standing::stays || std::ranges::count(clumped_, &*place) > 0) continue;
      drop(*place);
      --surplus;
    }
  }

  bool is_newly_back() const {
    return std::ranges::any_of(places_, [&](const Place& place) {
      return place.standing == Standing::stays && place.holder != nullptr &&
             place.holder->since != SteadyTime::min() &&
             now_ - place.holder->since < holders_.settings().surplus_after;
    });
  }

  bool is_dropped(const Place& place) const { return std::ranges::count(dropped_, &place) > 0; }

  /// Nothing where the copy is no reason for work.
  std::optional<Reason> reason_of(const Place& place) const {
    if (place.standing == Standing::written_off && place.copy->lost) return place.copy->lost;
    if (place.holder != nullptr && place.holder->trust == Trust::disqualified) return Reason::disqualified;
    if (place.standing == Standing::leaves) return Reason::draining;
    if (std::ranges::count(clumped_, &place) > 0) return Reason::clumped;
    const bool is_offline = place.standing == Standing::written_off || place.standing == Standing::away;
    if (is_offline && out_.missing > 0) return Reason::offline;
    if (is_dropped(place)) return Reason::returned_surplus;
    return std::nullopt;
  }

  void name_reason() {
    // Of several offline, the one that went last: those before it may have been replaced already.
    const auto since = [](const Place* place) {
      return place->holder == nullptr ? SteadyTime::min() : place->holder->since;
    };
    const auto comes_first = [&](const Place* a, const Place* b) {
      const auto reason = std::pair(*reason_of(*a), *reason_of(*b));
      return reason.first != reason.second ? reason.first < reason.second : since(a) > since(b);
    };
    std::vector<const Place*> reasons;
    for (const auto& place : places_) {
      const bool matters = out_.missing > 0 || is_dropped(place);
      if (matters && reason_of(place)) reasons.push_back(&place);
    }
    for (const auto* place : dropped_) out_.drop.push_back(place->copy->shard);
    if (reasons.empty()) return;
    const auto& first = **std::ranges::min_element(reasons, comes_first);
    out_.reason = *reason_of(first);
    out_.shard = first.copy->shard;
    out_.from = first.copy->holder;
  }

  const ChunkView& chunk_;
  const Holders& holders_;
  const SteadyTime now_;
  const std::vector<Place> places_;
  Domains staying_;
  std::vector<const Place*> clumped_;  ///< stay, in a domain that a better one is in
  std::vector<const Place*> dropped_;
  Assessment out_;
};

}  // namespace

Assessment assess(const ChunkView& chunk, const Holders& holders, SteadyTime now) {
  return Assessor(chunk, holders, now).run();
}

std::vector<NodeId> staying_holders(const ChunkView& chunk, const Holders& holders, SteadyTime now) {
  std::vector<NodeId> out;
  for (const auto& place : places_of(chunk, holders)) {
    const auto& id = place.copy->holder;
    if (place.standing == Standing::stays ||
        (place.standing == Standing::away && holders.is_hoped_for(id, holders.settings().grace, now))) {
      out.push_back(id);
    }
  }
  return out;
}

}  // namespace mycostr::repair
