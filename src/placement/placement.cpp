#include "placement/placement.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

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

bool lies_in_any(const std::vector<Area>& areas, const std::optional<Location>& location) {
  if (areas.empty()) return true;
  return location && std::ranges::any_of(areas, [&](const Area& area) { return contains(area, *location); });
}

/// Reasons that last come before those that pass.
std::optional<Exclusion> exclusion_of(const Candidate& candidate, const Request& request) {
  const auto because = [&](std::string_view reason, std::string detail) {
    return Exclusion{candidate.id, reason, std::move(detail)};
  };
  if (candidate.id == request.self) return because("own_node", "holders are other nodes than the owner");
  if (candidate.capacity == ByteCount{}) return because("no_capacity", "it offers no capacity");
  if (!lies_in_any(request.areas, candidate.location)) {
    return because("wrong_location",
                   candidate.location
                       ? fmt::format("{} lies in none of the areas asked for", candidate.location->text())
                       : "its location is not known");
  }
  if (!candidate.reachable) return because("offline", "it does not answer");
  if (!candidate.accepting) return because("not_accepting", "it takes no new shards");
  if (candidate.free < request.shard_size) {
    return because("full", fmt::format("{} bytes are free, a shard takes {}", candidate.free.value,
                                       request.shard_size.value));
  }
  return std::nullopt;
}

}  // namespace

Eligible::Eligible(std::span<const Candidate> candidates, const Request& request, const Rules& rules)
    : shard_size_(request.shard_size) {
  std::unordered_map<std::string_view, Index> subnets;
  std::vector<Node> others;
  for (const auto& candidate : candidates) {
    if (!index_.emplace(candidate.id, 0).second) continue;
    auto subnet = static_cast<Index>(subnets_);
    if (rules.distinct_subnets) subnet = subnets.emplace(candidate.subnet, subnet).first->second;
    subnets_ = std::max<std::size_t>(subnets_, subnet + 1);
    Node node{.id = candidate.id,
              .merit = merit_of(candidate),
              .capacity = candidate.capacity,
              .free = candidate.free,
              .subnet = subnet,
              .country = 0,
              .continent = kUnknownContinent};
    if (candidate.location) {
      node.country = country_code(*candidate.location);
      node.continent = static_cast<std::uint8_t>(candidate.location->continent());
    }
    auto exclusion = exclusion_of(candidate, request);
    (exclusion ? others : nodes_).push_back(node);
    if (exclusion) exclusions_.push_back(std::move(*exclusion));
  }
  eligible_ = nodes_.size();
  std::ranges::sort(nodes_, {}, [](const Node& n) { return std::tuple(n.continent, n.country, n.id); });

  std::vector<bool> seen(subnets_);
  for (Index i = 0; i < eligible_; ++i) {
    const auto& node = nodes_[i];
    if (i == 0 || node.country != countries_.back().code)
      countries_.push_back({node.country, node.continent, i, i});
    countries_.back().last = i + 1;
    if (!seen[node.subnet]) ++available_;
    seen[node.subnet] = true;
  }
  nodes_.insert(nodes_.end(), others.begin(), others.end());
  for (Index i = 0; i < nodes_.size(); ++i) index_[nodes_[i].id] = i;
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
  for (Index i = 0; i < eligible_; ++i) {
    if (told[i]) continue;
    auto& first = first_of_subnet[nodes_[i].subnet];
    if (first != nullptr) {
      out.push_back({nodes_[i].id, "same_subnet", "it shares its subnet with " + first->id.hex()});
    } else {
      first = &nodes_[i];
    }
  }
  return out;
}

}  // namespace mycostr::placement
