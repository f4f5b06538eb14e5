#include "reputation/score.hpp"

#include <algorithm>
#include <vector>

namespace mycostr::reputation {
namespace {

Event::Kind kind_of(AuditOutcome outcome) {
  return static_cast<Event::Kind>(outcome);
}

void add_success(double& alpha, double& beta) {
  alpha = kForgetting * alpha + 1;
  beta = kForgetting * beta;
}

void add_failure(double& alpha, double& beta, double weight) {
  alpha = kForgetting * alpha;
  beta = kForgetting * beta + weight;
}

double days_between(WallTime from, WallTime to, Duration period) {
  return to <= from ? 0 : to_seconds(to - from) / to_seconds(period * kPeriodsPerDay);
}

template <class Value>
void push_bounded(std::deque<Value>& values, Value value, std::size_t limit) {
  values.push_back(value);
  if (values.size() > limit) values.pop_front();
}

}  // namespace

std::string_view kind_name(Event::Kind kind) {
  if (kind == Event::Kind::self_reported) return "self_reported";
  return wire::outcome_name(static_cast<AuditOutcome>(kind));
}

void Score::add_audit(AuditOutcome outcome, WallTime now, Duration period) {
  if (first_audit == WallTime()) first_audit = now;
  switch (outcome) {
    case AuditOutcome::passed:
      add_success(alpha, beta);
      ++passed;
      last_heard = std::max(last_heard, now);
      vetted = vetted || (passed >= kVettedPasses && days_known(now, period) >= kVettedDays);
      break;
    case AuditOutcome::failed:
      add_failure(alpha, beta, 1);
      ++failed;
      last_failed = now;
      last_heard = std::max(last_heard, now);
      disqualified = disqualified || integrity() <= kDisqualifyAt;
      break;
    case AuditOutcome::offline:
      missed_an_audit = true;
      break;
    case AuditOutcome::contained:
    case AuditOutcome::unknown:
      break;
  }
  push_bounded(events, {kind_of(outcome), now, integrity()}, kKeptEvents);
}

void Score::add_self_report(WallTime now, Duration period) {
  last_heard = std::max(last_heard, now);
  if (last_report && now - *last_report < period) return;
  last_report = now;
  add_failure(alpha, beta, kSelfReportWeight);
  push_bounded(events, {Event::Kind::self_reported, now, integrity()}, kKeptEvents);
}

void Score::add_denial(WallTime now, Duration period) {
  if (!last_failed || now - *last_failed >= period) add_audit(AuditOutcome::failed, now, period);
}

void Score::add_window(std::optional<bool> answered, WallTime now) {
  if (answered) {
    const bool was_there = *answered && !missed_an_audit;
    windows.add(was_there);
    if (was_there) last_heard = std::max(last_heard, now);
  }
  missed_an_audit = false;
}

void Score::add_step(Duration step) {
  push_bounded(steps, step, kKeptSteps);
}

NodeState Score::state() const {
  if (disqualified) return NodeState::disqualified;
  if (integrity() < kSuspendBelow) return NodeState::suspended;
  return vetted ? NodeState::good : NodeState::fresh;
}

double Score::days_known(WallTime now, Duration period) const {
  return first_audit == WallTime() ? 0 : days_between(first_audit, now, period);
}

double Score::clean_days(WallTime now, Duration period) const {
  return last_failed ? days_between(*last_failed, now, period) : days_known(now, period);
}

double Score::age(WallTime now, Duration period) const {
  return std::min(1.0, clean_days(now, period) / kFullAgeDays);
}

ByteCount Score::trial_capacity(WallTime now, Duration period) const {
  constexpr double kMostDoublings = 24;  // 168 PB: no limit any more
  const auto weeks = std::min(days_known(now, period) / 7, kMostDoublings);
  return {kFirstTrialCapacity.value << static_cast<unsigned>(weeks)};
}

std::optional<Duration> Score::median_step() const {
  constexpr std::size_t kFewSteps = 3;
  if (steps.size() < kFewSteps) return std::nullopt;
  std::vector<Duration> sorted(steps.begin(), steps.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  return *middle;
}

std::size_t Score::passes_to_resume() const {
  auto a = alpha;
  auto b = beta;
  std::size_t out = 0;
  for (; a / (a + b) < kSuspendBelow; ++out) add_success(a, b);
  return out;
}

double colocation(std::size_t holders_in_subnet) {
  const auto more = holders_in_subnet > 2 ? static_cast<double>(holders_in_subnet - 2) : 0.0;
  return 1 / (1 + more * more);
}

}  // namespace mycostr::reputation
