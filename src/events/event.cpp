#include "events/event.hpp"

#include <array>

namespace mycostr::events {

std::string_view kind_of(const Body& body) {
  static constexpr std::array<std::string_view, std::variant_size_v<Body>> kNames = {
      "shard_lost",   "shard_repaired", "verdict", "node_state", "problem",
      "problem_gone", "statement",      "payment", "channel"};
  return kNames[body.index()];
}

}  // namespace mycostr::events
