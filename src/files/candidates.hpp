// The known nodes as placement sees them.
#pragma once

#include "files/context.hpp"
#include "placement/location_check.hpp"

namespace mycostr::files {

/// In the order of their ids.
std::vector<placement::Candidate> candidates(const Context& context);
/// Where a node says it is, against what is known here.
placement::LocationCheck check_location(const Context& context, const dht::KnownNode& node);

}  // namespace mycostr::files
