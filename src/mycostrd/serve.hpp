// Runs nodes on one event loop until a signal ends them.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "node/node.hpp"

namespace mycostr {

/// `make` builds the next node, or gives nothing when there are no more; it may ask the ones built and
/// started before it. Returns the exit code: done after SIGTERM or SIGINT, failed where a node could not
/// start or end.
int serve(const std::function<std::unique_ptr<node::Node>(const node::Machine&)>& make);

}  // namespace mycostr
