#include "files/candidates.hpp"

#include <algorithm>

#include "placement/subnet.hpp"

namespace mycostr::files {

std::vector<placement::Candidate> candidates(const Context& context) {
  std::vector<placement::Candidate> out;
  out.reserve(context.directory.nodes().size());
  for (const auto& [id, node] : context.directory.nodes()) {
    const auto& record = node.record;
    auto& candidate = out.emplace_back();
    candidate.id = id;
    candidate.location = placement::parse_location(record.location);
    if (!record.endpoints.empty()) candidate.subnet = placement::subnet_key(record.endpoints.front());
    if (record.is_holder) {
      candidate.capacity = record.capacity;
      candidate.free = record.free;
    }
    candidate.reachable = context.directory.is_live(id) && !record.endpoints.empty();
    candidate.rtt = node.rtt.value_or(Duration());
  }
  // A hash table's order is no part of a decision: one seed, one placement.
  std::ranges::sort(out, {}, &placement::Candidate::id);
  return out;
}

}  // namespace mycostr::files
