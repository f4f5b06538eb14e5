// Inside of agreement only.
#pragma once

#include <chrono>

namespace mycostr::agreement {

/// What was signed by a clock farther ahead is refused. Clocks differ; as for node records.
inline constexpr auto kMaxClockAhead = std::chrono::minutes(10);

}  // namespace mycostr::agreement
