// The scores of all holders that this node has audited.
#pragma once

#include <functional>

#include "reputation/node_table.hpp"
#include "reputation/score.hpp"

namespace mycostr::reputation {

/// The one not heard of for longest goes when there are more; a disqualified one only where all are.
inline constexpr std::size_t kMaxScores = 20'000;
inline constexpr auto kKeepScores = std::chrono::days(90);  ///< after the node was last heard of
/// A node whose median step of chained audits is so much above that of all nodes may fetch the data from
/// elsewhere: its weight is halved.
inline constexpr Duration kSlowStep = std::chrono::milliseconds(50);
inline constexpr double kSlowFactor = 0.5;
inline constexpr std::size_t kNodesForTypicalStep = 5;

/// Everything a node's weight is made of, and how it came about.
struct Explanation {
  NodeState state = NodeState::fresh;
  bool vetted = false;
  double integrity = 1;
  double online = 1;
  double age = 0;
  double colocation = 1;
  bool slow_steps = false;  ///< chained audits take longer than from a disk of its own
  double weight = 0;
  std::uint64_t passed = 0;
  std::uint64_t failed = 0;
  double clean_days = 0;
  std::size_t windows = 0;  ///< seen, at most 720
  std::size_t holders_in_subnet = 1;
  std::optional<Duration> step;          ///< median of its own chained audits
  std::optional<Duration> typical_step;  ///< median of all nodes' medians
  std::vector<Event> last_verdicts;      ///< oldest first, at most 16
  std::uint64_t passes_needed = 0;       ///< to the next better state; 0 where it is good or disqualified
  std::string to_recover;                ///< for people; empty where nothing is to be done
};

/// Loop thread only. Has no clock: `now` is the wall time at the event. About 1 KiB for each node.
class ScoreBook {
 public:
  /// `audit_period`: of audits and windows; vetting and age are counted in it.
  explicit ScoreBook(Duration audit_period, std::size_t limit = kMaxScores)
      : period_(audit_period), limit_(limit), table_(limit) {}

  void record_audit(const NodeId& node, AuditOutcome outcome, WallTime now);
  void record_self_report(const NodeId& node, WallTime now);
  /// It denies what it has signed. As a failed audit, once per period: a holder that could escape an audit by
  /// denying the agreement would lose nothing.
  void record_denial(const NodeId& node, WallTime now);
  /// Only of nodes that were audited before; others are ignored. Nothing: it cannot be told.
  void record_window(const NodeId& node, std::optional<bool> answered, WallTime now);
  /// Time of one step of a chained audit.
  void record_step(const NodeId& node, Duration step);
  /// The operator forgives: the node starts anew. False where it is not known.
  bool reset(const NodeId& node);

  /// Nothing where the node was never audited. Valid until the next change.
  const Score* find(const NodeId& node) const { return table_.find(node); }
  /// `fresh` where it is not known.
  NodeState state_of(const NodeId& node) const;
  bool is_vetted(const NodeId& node) const;
  /// 1 where it is not known.
  double online_of(const NodeId& node) const;
  /// How much data the node may be given as long as it is not vetted.
  ByteCount trial_capacity(const NodeId& node, WallTime now) const;
  /// S^4 U^2 (0.1 + 0.9 A) P, half of it where its steps are slow. Between 0 and 1.
  double weight(const NodeId& node, std::size_t holders_in_subnet, WallTime now) const;
  Explanation explain(const NodeId& node, std::size_t holders_in_subnet, WallTime now) const;

  /// A change of state, by any of the calls above.
  std::function<void(const NodeId&, NodeState from, NodeState to)> on_state_change =
      [](const NodeId&, NodeState, NodeState) {};
  /// Something that must not be lost was recorded: a failed audit, a report, a change of state.
  std::function<void()> on_urgent = [] {};

  /// Forgets nodes not heard of for 90 days, but for the disqualified.
  void drop_old(WallTime now);
  /// What the rows on disk are made of.
  NodeTable<Score>& table() { return table_; }
  /// After the table was filled from disk.
  void restored() { find_typical_step(); }

 private:
  Score& touch(const NodeId& node);
  template <class Change>
  void change(const NodeId& node, bool is_urgent, Change change);
  bool has_slow_steps(const Score& score) const;
  void find_typical_step();

  const Duration period_;
  const std::size_t limit_;
  NodeTable<Score> table_;
  std::optional<Duration> typical_step_;
};

}  // namespace mycostr::reputation
