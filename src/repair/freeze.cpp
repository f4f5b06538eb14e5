#include "repair/freeze.hpp"

#include <algorithm>

namespace mycostr::repair {

Freeze::Change Freeze::update(Sight sight, SteadyTime now) {
  const auto silent = sight.silent_since.size();
  const auto known = sight.known;
  if (!since_) {
    const auto vanished_at = crowd_vanished(std::move(sight), now);
    if (!vanished_at) return Change::none;
    // Not since now: who restarts every night finds the same crowd anew each time.
    since_ = *vanished_at + settings_.suspect_after;
    return Change::began;
  }
  const bool are_back = !is_crowd(silent, known);
  const bool is_over = now - *since_ >= kLongestFreezeInGraces * settings_.grace && silent < known;
  if (!are_back && !is_over) return Change::none;
  since_.reset();
  ended_ = now;
  return are_back ? Change::enough_are_back : Change::lasted_too_long;
}

bool Freeze::is_crowd(std::size_t silent, std::size_t known) const {
  return silent >= 2 && static_cast<double>(silent) > settings_.freeze_fraction * static_cast<double>(known);
}

std::optional<SteadyTime> Freeze::crowd_vanished(Sight sight, SteadyTime now) {
  auto& times = sight.silent_since;
  if (ended_) std::erase_if(times, [&](SteadyTime time) { return time <= *ended_; });
  std::ranges::sort(times);
  if (times.empty() || now - times.front() < settings_.suspect_after) return std::nullopt;
  std::size_t largest = 0;
  SteadyTime began;
  for (std::size_t first = 0, last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] > settings_.suspect_after) ++first;
    if (last - first + 1 <= largest) continue;
    largest = last - first + 1;
    began = times[first];
  }
  vanished_ = largest;
  if (!is_crowd(largest, sight.known)) return std::nullopt;
  return std::min(began, now - settings_.suspect_after);
}

}  // namespace mycostr::repair
