// The machine's own addresses.
#pragma once

#include <vector>

#include "base/endpoint.hpp"

namespace mycostr::node {

/// Where others can find a listener: its address, or, where that is a wildcard, the machine's addresses with
/// its port, the loopback ones only where there are no others.
std::vector<Endpoint> reachable_endpoints(const Endpoint& listening);

}  // namespace mycostr::node
