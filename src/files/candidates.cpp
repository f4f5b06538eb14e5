#include "files/candidates.hpp"

#include <algorithm>
#include <unordered_map>

#include "placement/subnet.hpp"

namespace mycostr::files {

std::string subnet_of(const dht::KnownNode& node) {
  if (node.address) return placement::subnet_key(to_endpoint(*node.address));
  const auto& endpoints = node.record.endpoints;
  // Names cost nothing: all nodes known by name alone are one subnet.
  const bool is_address = !endpoints.empty() && to_udp(endpoints.front());
  return is_address ? placement::subnet_key(endpoints.front()) : std::string();
}

namespace {

/// A false claim of location could gather copies that should lie apart.
constexpr double kContradictedWeight = 0.1;

using Neighbours = std::unordered_map<std::string, std::size_t>;

/// Known holders by subnet.
Neighbours count_neighbours(const Context& context) {
  Neighbours out;
  for (const auto& [id, node] : context.directory.nodes()) {
    if (node.record.is_holder) ++out[subnet_of(node)];
  }
  return out;
}

/// As colocation counts them: one where subnets do not matter.
std::size_t holders_near(const Context& context, const Neighbours& neighbours, const std::string& subnet) {
  if (!context.settings.placement.distinct_subnets) return 1;
  const auto found = neighbours.find(subnet);
  return found == neighbours.end() ? 1 : found->second;
}

/// How much a node is preferred: of two with the same space and distance, the one that serves.
double weight_of(const Context& context, const NodeId& id, bool is_false, std::size_t near) {
  const auto now = context.clock.wall_now();
  const auto* performance = context.performance.find(id);
  const double success = performance ? 1 - performance->failure_rate(now) : 1;
  return context.scores.weight(id, near, now) * success * success * (is_false ? kContradictedWeight : 1);
}

placement::Distrust distrust_of(const reputation::ScoreBook& scores, const NodeId& id) {
  switch (scores.state_of(id)) {
    case reputation::NodeState::disqualified:
      return placement::Distrust::disqualified;
    case reputation::NodeState::suspended:
      return placement::Distrust::suspended;
    case reputation::NodeState::fresh:
    case reputation::NodeState::good:
      break;
  }
  const bool is_away = scores.online_of(id) < reputation::kOnlineForNewData;
  return is_away ? placement::Distrust::poorly_online : placement::Distrust::none;
}

/// Where its datagrams come from and where shards would go, as far as that is said in numbers.
std::vector<IpAddress> addresses_of(const dht::KnownNode& node) {
  std::vector<IpAddress> out;
  if (node.address) out.push_back(node.address->ip);
  for (const auto& endpoint : node.record.endpoints) {
    if (const auto address = to_udp(endpoint)) out.push_back(address->ip);
  }
  return out;
}

ByteCount trial_room_of(const Context& context, const NodeId& id) {
  const auto most = context.scores.trial_capacity(id, context.clock.wall_now());
  return most - std::min(most, context.kept_by(id));
}

}  // namespace

placement::LocationCheck check_location(const Context& context, const dht::KnownNode& node) {
  placement::LocationEvidence evidence;
  evidence.claim = placement::parse_location(node.record.location);
  evidence.own = context.own_location();
  const auto* performance = context.performance.find(node.record.id());
  if (performance != nullptr) evidence.min_rtt = performance->rtt.minimum();
  auto out = placement::check_location(evidence);
  for (const auto& address : addresses_of(node)) {
    evidence.is_global = address.is_global();
    if (context.geo != nullptr) evidence.geoip = context.geo->find(address);
    auto check = placement::check_location(evidence);
    // Any of them that is elsewhere speaks against the claim: a shard may go there.
    if (check.state == placement::LocationState::contradicted) return check;
    if (check.state == placement::LocationState::geoip) out = std::move(check);
  }
  return out;
}

std::vector<placement::Candidate> candidates(const Context& context) {
  const auto neighbours = count_neighbours(context);
  std::vector<placement::Candidate> out;
  out.reserve(context.directory.nodes().size());
  for (const auto& [id, node] : context.directory.nodes()) {
    const auto& record = node.record;
    auto& candidate = out.emplace_back();
    candidate.id = id;
    const bool is_false = check_location(context, node).state == placement::LocationState::contradicted;
    // It is somewhere, and not where it says: in no area, and no new region.
    if (!is_false) candidate.location = placement::parse_location(record.location);
    candidate.subnet = subnet_of(node);
    if (record.is_holder) {
      candidate.capacity = record.capacity;
      candidate.free = record.free;
    }
    candidate.reachable = context.directory.is_live(id) && !record.endpoints.empty();
    candidate.accepting = !record.is_draining;
    candidate.price_msat_per_tb_month = record.price_msat_per_tb_month;
    candidate.last_seen = node.last_seen;
    candidate.rtt = node.rtt.value_or(Duration());
    candidate.weight = weight_of(context, id, is_false, holders_near(context, neighbours, candidate.subnet));
    candidate.distrust = distrust_of(context.scores, id);
    candidate.vetted = context.scores.is_vetted(id);
    if (!candidate.vetted) candidate.trial_room = trial_room_of(context, id);
  }
  // A hash table's order is no part of a decision: one seed, one placement.
  std::ranges::sort(out, {}, &placement::Candidate::id);
  return out;
}

placement::Request request_for(const Context& context, std::vector<placement::Area> areas) {
  return {context.identity.id(), std::move(areas), ByteCount{context.settings.chunk_size},
          context.settings.max_price_msat_per_tb_month};
}

reputation::Explanation explain_reputation(const Context& context, const NodeId& id) {
  const auto* node = context.directory.find(id);
  const auto near = node ? holders_near(context, count_neighbours(context), subnet_of(*node)) : 1;
  return context.scores.explain(id, near, context.clock.wall_now());
}

}  // namespace mycostr::files
