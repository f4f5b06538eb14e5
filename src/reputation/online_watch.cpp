#include "reputation/online_watch.hpp"

#include <algorithm>

namespace mycostr::reputation {

Task<> OnlineWatch::run() {
  for (;;) {
    co_await clock_.sleep_for(period_);
    add(look_());
  }
}

void OnlineWatch::add(const std::vector<Sighting>& sightings) {
  const auto now = clock_.wall_now();
  const bool counts = !is_doubtful(sightings) || doubtful_ >= kMaxDoubtfulWindows;
  doubtful_ = counts ? 0 : doubtful_ + 1;
  if (counts) present_.clear();
  for (const auto& [node, answers] : sightings) {
    if (counts && answers) present_.insert(node);
    book_.record_window(node, counts ? std::optional(answers) : std::nullopt, now);
  }
}

bool OnlineWatch::is_doubtful(const std::vector<Sighting>& sightings) const {
  std::size_t there_before = 0;
  std::size_t vanished = 0;
  for (const auto& [node, answers] : sightings) {
    if (!present_.contains(node)) continue;
    ++there_before;
    if (!answers) ++vanished;
  }
  if (vanished == 0) return false;
  return vanished == there_before ||
         (vanished > 1 &&
          static_cast<double>(vanished) > kVanishedFraction * static_cast<double>(there_before));
}

}  // namespace mycostr::reputation
