// Which addresses are likely to be one machine room, so that they count as one place to lose data at.
#pragma once

#include <string>

#include "base/endpoint.hpp"

namespace mycostr::placement {

/// IPv4: its /24 ("203.0.113.0/24", also for ::ffff:203.0.113.7). IPv6: its /48 ("2001:db8:1::/48"). A name
/// is a subnet of its own, so callers should ask with the address that the node was reached at.
std::string subnet_key(const Endpoint& endpoint);

}  // namespace mycostr::placement
