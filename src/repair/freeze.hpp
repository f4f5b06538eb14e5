// Whether so many holders vanished at once that the fault is rather this node's own link. Pure: times are
// passed in. Loop thread only.
#pragma once

#include <optional>
#include <vector>

#include "repair/settings.hpp"

namespace mycostr::repair {

class Freeze {
 public:
  enum class Change { none, began, enough_are_back, lasted_too_long };

  explicit Freeze(const Settings& settings) : settings_(settings) {}

  struct Sight {
    std::vector<SteadyTime> silent_since;  ///< of the holders that are silent and not given up, any order
    std::size_t known = 0;                 ///< holders not given up, the silent ones among them
  };
  /// Begins where more than freeze_fraction of the known holders (and two at least: one is no crowd) became
  /// silent within suspect_after of one another, and one of them has been so for suspect_after. Ends when no
  /// more than that are silent; or after kLongestFreezeInGraces where any holder answers: then they are
  /// really gone. Those that were silent when a freeze ended do not begin another.
  Change update(Sight sight, SteadyTime now);

  /// Nothing: not frozen.
  std::optional<SteadyTime> since() const { return since_; }
  std::size_t vanished() const { return vanished_; }

 private:
  bool is_crowd(std::size_t silent, std::size_t known) const;
  /// When the first of them fell silent.
  std::optional<SteadyTime> crowd_vanished(Sight sight, SteadyTime now);

  const Settings settings_;
  std::optional<SteadyTime> since_;
  std::optional<SteadyTime> ended_;
  std::size_t vanished_ = 0;
};

}  // namespace mycostr::repair
