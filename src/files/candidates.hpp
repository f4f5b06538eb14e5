// The known nodes as placement sees them.
#pragma once

#include "files/context.hpp"

namespace mycostr::files {

/// In the order of their ids.
std::vector<placement::Candidate> candidates(const Context& context);

}  // namespace mycostr::files
