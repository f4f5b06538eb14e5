#include "events/problem_watch.hpp"

namespace mycostr::events {

void ProblemWatch::look(const std::vector<Problem>& problems) {
  std::set<std::string> now;
  for (const auto& problem : problems) {
    if (now.insert(problem.code).second && !known_.contains(problem.code)) log_.add(problem);
  }
  for (const auto& code : known_) {
    if (!now.contains(code)) log_.add(ProblemGone{code});
  }
  known_ = std::move(now);
}

}  // namespace mycostr::events
