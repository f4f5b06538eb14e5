// The known nodes as placement sees them.
#pragma once

#include "files/context.hpp"
#include "placement/location_check.hpp"

namespace mycostr::files {

/// In the order of their ids.
std::vector<placement::Candidate> candidates(const Context& context);
/// What a file in these areas asks of its holders.
placement::Request request_for(const Context& context, std::vector<placement::Area> areas);
/// Where it was reached, whatever it says: two that sit side by side must not pass as distant ones.
std::string subnet_of(const dht::KnownNode& node);
/// Where a node says it is, against what is known here.
placement::LocationCheck check_location(const Context& context, const dht::KnownNode& node);
/// How far a node is trusted here, and why. Costs a walk over the known nodes.
reputation::Explanation explain_reputation(const Context& context, const NodeId& id);

}  // namespace mycostr::files
