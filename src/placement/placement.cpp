#include "placement/placement.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "placement/exclusions.hpp"

namespace mycostr::placement {
namespace {

constexpr std::uint8_t kUnknownContinent = kContinents;

std::uint16_t country_code(const Location& location) {
  const auto text = location.country();
  return static_cast<std::uint16_t>(text[0] << 8 | text[1]);
}

double merit_of(const Candidate& candidate) {
  constexpr double kNearSeconds = 0.1;
  const auto rtt = to_seconds(candidate.rtt);
  const auto nearness = rtt <= kNearSeconds ? 1.0 : std::max(kNearSeconds / rtt, 0.3);
  return candidate.weight * nearness;
}

bool find_grown(std::span<const Candidate> candidates, const Request& request, const Rules& rules) {
  std::unordered_set<std::string_view> subnets;
  std::size_t nodes = 0;
  for (const auto& candidate : candidates) {
    if (!candidate.vetted || !exclusions_of(candidate, request, true, 1).empty()) continue;
    subnets.insert(candidate.subnet);
    ++nodes;
  }
  return (rules.distinct_subnets ? subnets.size() : nodes) >= kEnoughVetted;
}

}  // namespace

Eligible::Eligible(std::span<const Candidate> candidates, const Request& request, const Rules& rules)
    : shard_size_(request.shard_size) {
  const bool grown = find_grown(candidates, request, rules);
  std::unordered_map<std::string_view, Index> subnets;
  std::vector<Node> others;
  for (const auto& candidate : candidates) {
    if (!index_.emplace(candidate.id, 0).second) continue;
    auto subnet = static_cast<Index>(subnets_);
    if (rules.distinct_subnets) subnet = subnets.emplace(candidate.subnet, subnet).first->second;
    subnets_ = std::max<std::size_t>(subnets_, subnet + 1);
    auto exclusions = exclusions_of(candidate, request, grown, 1);
    (exclusions.empty() ? nodes_ : others).push_back(make_node(candidate, subnet));
    if (!exclusions.empty()) exclusions_.push_back(std::move(exclusions.front()));
  }
  eligible_ = nodes_.size();
  sort_and_count();
  nodes_.insert(nodes_.end(), others.begin(), others.end());
  for (Index i = 0; i < nodes_.size(); ++i) index_[nodes_[i].id] = i;
}

Eligible::Node Eligible::make_node(const Candidate& candidate, Index subnet) {
  Node out{.id = candidate.id,
           .merit = merit_of(candidate),
           .capacity = candidate.capacity,
           .free = candidate.free,
           .trial_room = candidate.trial_room,
           .subnet = subnet,
           .vetted = candidate.vetted && candidate.distrust == Distrust::none,
           .country = 0,
           .continent = kUnknownContinent};
  if (candidate.location) {
    out.country = country_code(*candidate.location);
    out.continent = static_cast<std::uint8_t>(candidate.location->continent());
  }
  return out;
}

void Eligible::sort_and_count() {
  std::ranges::sort(nodes_, {}, [](const Node& n) { return std::tuple(n.continent, n.country, n.id); });
  std::vector<bool> seen(subnets_);
  std::vector<bool> seen_vetted(subnets_);
  for (Index i = 0; i < eligible_; ++i) {
    const auto& node = nodes_[i];
    if (i == 0 || node.country != countries_.back().code)
      countries_.push_back({node.country, node.continent, i, i});
    countries_.back().last = i + 1;
    if (!seen[node.subnet]) ++available_;
    seen[node.subnet] = true;
    if (node.vetted && !seen_vetted[node.subnet]) ++vetted_available_;
    if (node.vetted) seen_vetted[node.subnet] = true;
  }
}

std::vector<Exclusion> Eligible::explain(const ChunkRequest& chunk) const {
  auto out = exclusions_;
  std::vector<bool> told(eligible_);
  std::vector<const Node*> first_of_subnet(subnets_);
  const auto tell = [&](std::span<const NodeId> ids, std::string_view reason, std::string_view detail,
                        bool takes_subnet) {
    for (const auto& id : ids) {
      const auto found = index_.find(id);
      if (found == index_.end()) continue;
      const auto& node = nodes_[found->second];
      if (takes_subnet) first_of_subnet[node.subnet] = &node;
      if (!is_eligible(found->second) || told[found->second]) continue;
      told[found->second] = true;
      out.push_back({id, reason, std::string(detail)});
    }
  };
  tell(chunk.held, "already_holds", "it keeps a shard of this chunk", true);
  tell(chunk.failed, "failed", "it did not take the shard", false);
  const bool newcomers_on_trial = has_grown(chunk.copies + chunk.held.size());
  for (Index i = 0; i < eligible_; ++i) {
    if (told[i]) continue;
    const auto& node = nodes_[i];
    auto& first = first_of_subnet[node.subnet];
    if (newcomers_on_trial && !node.vetted && node.trial_room < shard_size_) {
      out.push_back({node.id, "trial_full", "it is not vetted yet, and keeps all that it may until then"});
    } else if (first != nullptr) {
      out.push_back({node.id, "same_subnet",
                     "it shares its subnet with " + first->id.hex() + ", and one of them keeps a copy"});
    } else {
      first = &node;
    }
  }
  return out;
}

std::vector<Exclusion> Eligible::explain_fully(const Candidate& candidate, const Request& request) const {
  auto out = exclusions_of(candidate, request, has_grown(0));
  if (!out.empty()) return out;
  out = explain({.copies = 1});
  // Of those in one subnet any may have the copy that one of them gets.
  std::erase_if(out, [&](const Exclusion& exclusion) {
    return exclusion.node != candidate.id || exclusion.reason == "same_subnet";
  });
  return out;
}

}  // namespace mycostr::placement
