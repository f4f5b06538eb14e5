// The periods and fractions of repair (docs/repair.md). Values; any thread.
#pragma once

#include <cstddef>

#include "base/time.hpp"

namespace mycostr::repair {

/// REQUIRES: durations above zero; grace_critical <= grace; 0 < fractions <= 1.
struct Settings {
  /// A holder silent for so long is suspect: its copies are hoped for, and no longer counted.
  Duration suspect_after = std::chrono::minutes(15);
  /// A suspect for so long is gone: its copies are made anew.
  Duration grace = std::chrono::hours(4);
  /// The same for a chunk with one counted copy at most, until it has two.
  Duration grace_critical = std::chrono::minutes(30);
  /// A copy too many is taken back when it has been one for so long.
  Duration surplus_after = std::chrono::hours(72);
  /// More of the holders than this vanish within suspect_after of one another: the own link is suspected.
  double freeze_fraction = 0.25;
  /// A holder sends copies for repair at most so much of the time.
  double uplink_fraction = 0.1;
  /// A holder that has been gone for so long is not expected back: what is to be deleted there is forgotten.
  Duration given_up_after = std::chrono::days(30);
};

/// Copies made at once by a node; half of them only for chunks with kUrgentLive copies or fewer.
inline constexpr std::size_t kSlots = 4;
/// Copies that a chunk can be read from: "k" of the coding.
inline constexpr std::uint32_t kNeeded = 1;
/// live - k <= 1
inline constexpr std::uint32_t kUrgentLive = kNeeded + 1;
/// A freeze ends after so many times the grace where other holders answer.
inline constexpr int kLongestFreezeInGraces = 6;
/// Damaged chunks in memory; more stay where they were found, and are found again.
inline constexpr std::size_t kMaxQueued = 100'000;

}  // namespace mycostr::repair
