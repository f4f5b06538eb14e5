// Looks once per audit period who is there, for the scores' online windows.
#pragma once

#include <functional>
#include <unordered_set>
#include <vector>

#include "mycostr/clock.hpp"
#include "reputation/score_book.hpp"

namespace mycostr::reputation {

struct Sighting {
  NodeId node;
  bool answers = false;
  bool is_ours = false;  ///< this node has an agreement with it
};

/// Where nobody answers, or all nodes that were there are missing, or more than this fraction of them and of
/// those with an agreement, at least two, the own line is suspected, and the window counts for nobody
/// (strangers who come and go, or who stay, excuse nobody) ...
inline constexpr double kVanishedFraction = 0.25;
/// ... but for no longer than this many windows in a row: then they are gone.
inline constexpr std::size_t kMaxDoubtfulWindows = 24;

/// Loop thread only. References outlive it.
class OnlineWatch {
 public:
  /// `look` tells of every node that was asked lately; of others nothing is known.
  OnlineWatch(Clock& clock, ScoreBook& book, Duration period, std::function<std::vector<Sighting>()> look)
      : clock_(clock), book_(book), period_(period), look_(std::move(look)) {}

  /// Until cancelled.
  Task<> run();
  /// One window.
  void add(const std::vector<Sighting>& sightings);

 private:
  bool is_doubtful(const std::vector<Sighting>& sightings) const;

  Clock& clock_;
  ScoreBook& book_;
  const Duration period_;
  const std::function<std::vector<Sighting>()> look_;
  std::unordered_set<NodeId> present_;  ///< in the last window that counted
  std::size_t doubtful_ = 0;            ///< windows since then
};

}  // namespace mycostr::reputation
