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
  for (const auto& [node, answers, is_ours] : sightings) {
    if (counts && answers) present_.insert(node);
    book_.record_window(node, counts ? std::optional(answers) : std::nullopt, now);
  }
}

bool OnlineWatch::is_doubtful(const std::vector<Sighting>& sightings) const {
  struct Count {
    std::size_t there_before = 0;
    std::size_t vanished = 0;
    void add(bool answers) {
      ++there_before;
      if (!answers) ++vanished;
    }
    bool is_much() const {
      return vanished > 1 &&
             static_cast<double>(vanished) > kVanishedFraction * static_cast<double>(there_before);
    }
  } all, ours;
  const bool anybody = std::ranges::any_of(sightings, &Sighting::answers);
  if (!anybody && !sightings.empty()) return true;
  for (const auto& [node, answers, is_ours] : sightings) {
    if (!present_.contains(node)) continue;
    all.add(answers);
    if (is_ours) ours.add(answers);
  }
  if (all.vanished == 0) return false;
  return all.vanished == all.there_before || (all.is_much() && ours.is_much());
}

}  // namespace mycostr::reputation
