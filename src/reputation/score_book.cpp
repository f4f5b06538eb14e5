#include "reputation/score_book.hpp"

#include <algorithm>
#include <cmath>

namespace mycostr::reputation {

Score& ScoreBook::touch(const NodeId& node) {
  if (table_.size() >= limit_ && table_.find(node) == nullptr) {
    // Whoever was disqualified must not come back because others pushed it out.
    const auto& entries = table_.entries();
    const auto oldest = std::find_if(entries.rbegin(), entries.rend(),
                                     [](const auto& entry) { return !entry.value.disqualified; });
    if (oldest != entries.rend()) table_.erase(NodeId(oldest->node));
  }
  return table_.touch(node);
}

template <class Change>
void ScoreBook::change(const NodeId& node, bool is_urgent, Change change) {
  const auto before = state_of(node);
  auto& score = touch(node);
  change(score);
  const auto after = score.state();
  if (is_urgent || after != before) on_urgent();
  if (after != before) on_state_change(node, before, after);
}

void ScoreBook::record_audit(const NodeId& node, AuditOutcome outcome, WallTime now) {
  change(node, outcome == AuditOutcome::failed,
         [&](Score& score) { score.add_audit(outcome, now, period_); });
}

void ScoreBook::record_self_report(const NodeId& node, WallTime now) {
  change(node, true, [&](Score& score) { score.add_self_report(now, period_); });
}

void ScoreBook::record_denial(const NodeId& node, WallTime now) {
  change(node, true, [&](Score& score) { score.add_denial(now, period_); });
}

void ScoreBook::record_window(const NodeId& node, std::optional<bool> answered, WallTime now) {
  if (table_.find(node) == nullptr) return;
  touch(node).add_window(answered, now);
}

void ScoreBook::record_step(const NodeId& node, Duration step) {
  touch(node).add_step(step);
  find_typical_step();
}

bool ScoreBook::reset(const NodeId& node) {
  const auto before = state_of(node);
  if (!table_.erase(node)) return false;
  on_urgent();
  if (before != NodeState::fresh) on_state_change(node, before, NodeState::fresh);
  return true;
}

NodeState ScoreBook::state_of(const NodeId& node) const {
  const auto* score = find(node);
  return score ? score->state() : NodeState::fresh;
}

bool ScoreBook::is_vetted(const NodeId& node) const {
  const auto* score = find(node);
  return score && score->vetted;
}

double ScoreBook::online_of(const NodeId& node) const {
  const auto* score = find(node);
  return score ? score->online() : 1;
}

ByteCount ScoreBook::trial_capacity(const NodeId& node, WallTime now) const {
  const auto* score = find(node);
  return score ? score->trial_capacity(now, period_) : kFirstTrialCapacity;
}

double ScoreBook::weight(const NodeId& node, std::size_t holders_in_subnet, WallTime now) const {
  static const Score unknown;
  const auto* found = find(node);
  const auto& score = found ? *found : unknown;
  const auto slow = has_slow_steps(score) ? kSlowFactor : 1;
  return std::pow(score.integrity(), 4) * std::pow(score.online(), 2) *
         (0.1 + 0.9 * score.age(now, period_)) * colocation(holders_in_subnet) * slow;
}

void ScoreBook::drop_old(WallTime now) {
  std::vector<NodeId> old;
  for (const auto& [node, score, version] : table_.entries()) {
    // One that has never answered is remembered from its first audit on: dodging them does not pay.
    const auto since = std::max(score.last_heard, score.first_audit);
    if (!score.disqualified && now - since > kKeepScores) old.push_back(node);
  }
  for (const auto& node : old) table_.erase(node);
}

bool ScoreBook::has_slow_steps(const Score& score) const {
  const auto step = score.median_step();
  return step && typical_step_ && *step > *typical_step_ + kSlowStep;
}

void ScoreBook::find_typical_step() {
  std::vector<Duration> steps;
  for (const auto& entry : table_.entries()) {
    if (const auto step = entry.value.median_step()) steps.push_back(*step);
  }
  typical_step_.reset();
  if (steps.size() < kNodesForTypicalStep) return;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::ranges::nth_element(steps, middle);
  typical_step_ = *middle;
}

}  // namespace mycostr::reputation
