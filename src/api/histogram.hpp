// Latencies in a fixed amount of memory.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.hpp"

namespace mycostr::api {

/// Counts in buckets whose widths grow with the value: quantiles are off by an eighth at most. From 1 us to
/// about 19 hours; what lies outside counts as the nearest. Loop thread only.
class Histogram {
 public:
  void add(Duration value);
  std::uint64_t count() const { return count_; }
  /// The least bound that `share` (0 to 1) of the values do not exceed; 0 without values.
  double quantile_seconds(double share) const;

 private:
  static constexpr std::size_t kPerOctave = 8;
  static constexpr std::size_t kOctaves = 36;
  std::array<std::uint64_t, kOctaves * kPerOctave> buckets_{};
  std::uint64_t count_ = 0;
};

/// How much per second over the last minute. Loop thread only.
class Rate {
 public:
  void add(SteadyTime now, std::uint64_t amount);
  double per_second(SteadyTime now) const;

 private:
  static constexpr std::int64_t kSeconds = 60;
  struct Slot {
    std::int64_t second = -1;
    std::uint64_t amount = 0;
  };
  std::array<Slot, kSeconds> slots_{};
};

}  // namespace mycostr::api
