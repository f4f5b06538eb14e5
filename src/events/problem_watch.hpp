// Turns the list of problems, as it is now, into events.
#pragma once

#include <set>

#include "events/event_log.hpp"

namespace mycostr::events {

/// Loop thread only.
class ProblemWatch {
 public:
  /// The log outlives it.
  explicit ProblemWatch(EventLog& log) : log_(log) {}

  /// Tells of the problems that were not there the last time, and of those that no longer are. A problem is
  /// told by its code: one whose detail changes is the same.
  void look(const std::vector<Problem>& problems);

 private:
  EventLog& log_;
  std::set<std::string> known_;  // codes
};

}  // namespace mycostr::events
