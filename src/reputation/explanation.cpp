// A score in all its parts, and what would make it better.
#include <fmt/core.h>

#include <algorithm>

#include "reputation/score_book.hpp"

namespace mycostr::reputation {
namespace {

std::uint64_t passes_needed(const Score& score) {
  switch (score.state()) {
    case NodeState::suspended:
      return score.passes_to_resume();
    case NodeState::fresh:
      return kVettedPasses - std::min(score.passed, kVettedPasses);
    case NodeState::good:
    case NodeState::disqualified:
      break;
  }
  return 0;
}

std::string vetting_text(const Score& score, double days_known) {
  const auto days = std::max(0.0, kVettedDays - days_known);
  return fmt::format("{} more passed audits and {:.1f} more days, then it is vetted", passes_needed(score),
                     days);
}

std::string text_of(const Score& score, double days_known) {
  std::string out;
  switch (score.state()) {
    case NodeState::disqualified:
      return "it lost too much of what it kept: only the operator of this node can readmit it";
    case NodeState::suspended:
      out = fmt::format("{} passed audits in a row bring its integrity back to {}", passes_needed(score),
                        kSuspendBelow);
      break;
    case NodeState::fresh:
      out = vetting_text(score, days_known);
      break;
    case NodeState::good:
      break;
  }
  if (const auto windows = score.windows.until(kOnlineForNewData); windows > 0) {
    out += fmt::format("{}{} audit periods in a row in which it answers bring its online score back to {}",
                       out.empty() ? "" : "; ", windows, kOnlineForNewData);
  }
  return out;
}

}  // namespace

Explanation ScoreBook::explain(const NodeId& node, std::size_t holders_in_subnet, WallTime now) const {
  const auto* found = find(node);
  const auto score = found ? *found : Score();
  Explanation out;
  out.state = score.state();
  out.vetted = score.vetted;
  out.integrity = score.integrity();
  out.online = score.online();
  out.age = score.age(now, period_);
  out.colocation = colocation(holders_in_subnet);
  out.slow_steps = has_slow_steps(score);
  out.weight = weight(node, holders_in_subnet, now);
  out.passed = score.passed;
  out.failed = score.failed;
  out.clean_days = score.clean_days(now, period_);
  out.windows = score.windows.seen();
  out.holders_in_subnet = holders_in_subnet;
  out.step = score.median_step();
  out.typical_step = typical_step_;
  out.last_verdicts.assign(score.events.begin(), score.events.end());
  out.passes_needed = passes_needed(score);
  out.to_recover = text_of(score, score.days_known(now, period_));
  return out;
}

}  // namespace mycostr::reputation
