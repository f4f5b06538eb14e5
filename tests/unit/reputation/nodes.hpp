// Nodes and times for the tests of reputation.
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"

namespace mycostr::reputation {

inline const WallTime kNow = from_unix_ms(1'767'225'600'000);
inline constexpr auto kPeriod = std::chrono::hours(1);

inline NodeId node(std::uint32_t n) {
  NodeId id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[31 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

}  // namespace mycostr::reputation
