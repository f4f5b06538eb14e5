#include "files/candidates.hpp"

#include <algorithm>

#include "placement/subnet.hpp"

namespace mycostr::files {

namespace {

/// A false claim of location could gather copies that should lie apart.
constexpr double kContradictedWeight = 0.1;

/// How much a node is preferred: of two with the same space and distance, the one that serves.
double weight_of(const Context& context, const NodeId& id, const dht::KnownNode& node) {
  const auto* performance = context.performance.find(id);
  const double success = performance ? 1 - performance->failure_rate(context.clock.wall_now()) : 1;
  const bool is_false = check_location(context, node).state == placement::LocationState::contradicted;
  return success * success * (is_false ? kContradictedWeight : 1);
}

}  // namespace

placement::LocationCheck check_location(const Context& context, const dht::KnownNode& node) {
  placement::LocationEvidence evidence;
  evidence.claim = placement::parse_location(node.record.location);
  evidence.own = context.own_location();
  if (node.address) {
    evidence.is_global = node.address->ip.is_global();
    if (context.geo != nullptr) evidence.geoip = context.geo->find(node.address->ip);
  }
  const auto* performance = context.performance.find(node.record.id());
  if (performance != nullptr) evidence.min_rtt = performance->rtt.minimum();
  return placement::check_location(evidence);
}

std::vector<placement::Candidate> candidates(const Context& context) {
  std::vector<placement::Candidate> out;
  out.reserve(context.directory.nodes().size());
  for (const auto& [id, node] : context.directory.nodes()) {
    const auto& record = node.record;
    auto& candidate = out.emplace_back();
    candidate.id = id;
    candidate.location = placement::parse_location(record.location);
    // Where it was reached, whatever it says: two that sit side by side must not pass as distant ones.
    if (node.address) {
      candidate.subnet = placement::subnet_key(to_endpoint(*node.address));
    } else if (!record.endpoints.empty()) {
      candidate.subnet = placement::subnet_key(record.endpoints.front());
    }
    if (record.is_holder) {
      candidate.capacity = record.capacity;
      candidate.free = record.free;
    }
    candidate.reachable = context.directory.is_live(id) && !record.endpoints.empty();
    candidate.rtt = node.rtt.value_or(Duration());
    candidate.weight = weight_of(context, id, node);
  }
  // A hash table's order is no part of a decision: one seed, one placement.
  std::ranges::sort(out, {}, &placement::Candidate::id);
  return out;
}

}  // namespace mycostr::files
