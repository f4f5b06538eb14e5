// Whether a node was there in each of the last 720 windows of time. A value.
#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace mycostr::reputation {

inline constexpr std::size_t kOnlineWindows = 720;
/// As long as fewer have been seen, those that have not count as answered: two hours away are no verdict on a
/// node's first day.
inline constexpr std::size_t kFewWindows = 168;

class OnlineWindows {
 public:
  void add(bool answered);
  /// 1 - missed / max(seen, 168), of the last 720. 1 where none was seen.
  double fraction() const;
  std::size_t seen() const { return seen_; }
  /// How many answered windows in a row bring fraction() to `floor`. REQUIRES: floor < 1
  std::size_t until(double floor) const;

  /// 94 bytes.
  void append_to(std::string& row) const;
  /// Nothing where it is none.
  static std::optional<OnlineWindows> from(ByteView row);
  static constexpr std::size_t kRowSize = 4 + kOnlineWindows / 8;

  bool operator==(const OnlineWindows&) const = default;

 private:
  std::bitset<kOnlineWindows> missed_;
  std::size_t next_ = 0;  ///< where the next one goes, over the oldest
  std::size_t seen_ = 0;
};

}  // namespace mycostr::reputation
