// lnd's times, which are in seconds.
#pragma once

#include <algorithm>

#include "base/time.hpp"

namespace mycostr::lightning {

/// The year 5138: later than any real time, and no sum of two of them overflows.
inline constexpr std::int64_t kMaxSeconds = 100'000'000'000;

inline WallTime from_unix_seconds(std::int64_t seconds, std::int64_t after = 0) {
  const auto sum =
      std::clamp<std::int64_t>(seconds, 0, kMaxSeconds) + std::clamp<std::int64_t>(after, 0, kMaxSeconds);
  return from_unix_ms(sum * 1000);
}

}  // namespace mycostr::lightning
