// Points in time: steady ones for deadlines, wall ones for people and protocols.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mycostr {

using Duration = std::chrono::nanoseconds;
/// Never goes back; meaningless outside this process.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
/// Milliseconds since 1970, UTC.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

inline double to_seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}
inline std::int64_t to_unix_ms(WallTime t) {
  return t.time_since_epoch().count();
}
inline WallTime from_unix_ms(std::int64_t ms) {
  return WallTime(std::chrono::milliseconds(ms));
}

/// RFC 3339 in UTC with milliseconds: 2026-01-31T23:59:59.123Z
std::string to_rfc3339(WallTime time);

/// "500ms", "3s", "15m", "6h", "14d"; nothing for anything else, or for more than 100 years.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace mycostr
