// The rows on a simulated node's disk.
#pragma once

#include "sim/node.hpp"

namespace mycostr::sim {

/// Keys that begin with `prefix`.
inline std::vector<std::string> keys_of(SimNode& node, std::string_view prefix) {
  std::vector<std::string> out;
  const auto& rows = node.meta().rows();
  for (auto at = rows.lower_bound(std::string(prefix)); at != rows.end() && at->first.starts_with(prefix);
       ++at) {
    out.push_back(at->first);
  }
  return out;
}

}  // namespace mycostr::sim
