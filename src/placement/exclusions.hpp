// What speaks against a node as a holder, whoever else serves. Pure; usable on any thread.
#pragma once

#include <vector>

#include "placement/placement.hpp"

namespace mycostr::placement {

/// The first `most` reasons, those that last before those that pass; none: it can serve. In a network that
/// `has_grown` it also counts who is away too often.
std::vector<Exclusion> exclusions_of(const Candidate& candidate, const Request& request, bool has_grown,
                                     std::size_t most = SIZE_MAX);

}  // namespace mycostr::placement
