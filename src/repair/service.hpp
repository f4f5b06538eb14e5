// Repair at work (docs/repair.md): watches the holders, has the planner decide, and has the copies made. They
// are made here, by the owner, for only it can seal them.
#pragma once

#include <functional>

#include "async/task_group.hpp"
#include "repair/copy_maker.hpp"
#include "repair/records.hpp"

namespace mycostr::repair {

/// What the rest of the node tells repair, and is told by it.
struct Hooks {
  /// Who has an agreement with this owner; those in the catalog's rows are found besides.
  std::function<std::vector<NodeId>()> holders = [] { return std::vector<NodeId>(); };
  /// A holder that was gone is back: an audit is wanted, after which audit_passed() is called.
  std::function<void(const NodeId&)> on_returned = [](const NodeId&) {};
  /// Nothing of the catalog's is expected to be kept by a holder that was given up: told after each look.
  std::function<void(const NodeId&)> on_given_up = [](const NodeId&) {};
  std::function<void(const Event&)> on_event = [](const Event&) {};
};

/// Loop thread only. References outlive it.
class Service {
 public:
  Service(files::Context& context, files::Catalog& catalog, MetaStore& store, Settings settings, Hooks hooks);

  /// Reads what is on disk: holders that were away, shards known to be lost. After the catalog's open(),
  /// before run(). Errors: io, corrupt.
  Task<Result<void>> open();
  /// Until cancelled. A copy under way is given up then; what it leaves becomes a deletion at the next start.
  Task<> run();

  /// The holder does not keep these shards, by proof (failed_audit) or its own word (rot). What it never kept
  /// is ignored; how it first came to be known stays. Durable on return; to be told again where it fails.
  /// Errors: io, corrupt.
  Task<Result<void>> shards_lost(NodeId holder, std::vector<ShardId> shards, Reason reason);
  /// Those of these that are counted on and that the holder has not said to be lost, or not before an audit
  /// found it. Errors: io, corrupt.
  Task<Result<std::vector<ShardId>>> unreported(NodeId holder, std::vector<ShardId> shards);
  /// The holder proved that it keeps what it should.
  void audit_passed(const NodeId& holder);
  /// Whether an audit's call reached the holder: until one does, or a shard is moved, it counts as silent,
  /// though it may answer datagrams.
  void audit_called(const NodeId& holder, bool was_reached);
  /// A score or a record has changed: looked at now, not at the next round.
  void wake();

  /// Whether a copy counts: it is not known to be lost, and its holder is neither silent for long, nor back
  /// without an audit, nor distrusted. For files::Context.
  bool is_counted(const NodeId& holder, const ShardId& shard) const;
  /// Gone for given_up_after. For files::Context.
  bool is_given_up(const NodeId& holder) const;
  /// Of one state or all: those running, those waiting in the order of choice, then those done, oldest first.
  /// At most `limit`; of those waiting no more than 10,000 are looked at.
  std::vector<RepairRecord> list(std::optional<RepairState> state, std::size_t limit) const;
  std::optional<FrozenSince> frozen() const;
  const Planner& planner() const { return planner_; }
  const History& history() const { return history_; }

 private:
  // Watching the holders.
  Task<> rounds();
  Task<> watch();
  Task<Result<void>> find_holders();
  Task<> forget_all_but(const std::set<NodeId>& holders);
  bool is_unreachable(const NodeId& holder) const;
  Observation look_at(const NodeId& holder) const;
  void apply(std::vector<Transition> transitions);
  Task<> save(NodeId holder);
  void tell_freeze(Freeze::Change change) const;
  // Looking at chunks.
  Task<> look_at_chunks();
  Task<> look_at_losses();
  Task<> keep_looking_at_losses();
  Task<> pass(NodeId holder);
  Task<Result<void>> look_at_chunk(ChunkKey key, NodeId found_at);
  Task<Result<std::optional<LossRow>>> known_loss(ChunkKey chunk, NodeId holder, ShardId shard);
  // Repairing them.
  void start_jobs();
  Task<> job(Damage damage);
  void settle(const Damage& damage, const CopyResult& result);

  WallTime wall_of(SteadyTime time) const;
  SteadyTime steady_of(WallTime time) const;

  files::Context& context_;
  files::Catalog& catalog_;
  Rows rows_;
  const Settings settings_;
  const Hooks hooks_;
  Planner planner_;
  CopyMaker copies_;
  History history_;
  std::set<NodeId> found_;                  ///< holders in the catalog's rows
  std::map<NodeId, WallTime> unreachable_;  ///< when an audit's call last failed to reach them
  SteadyTime next_find_;
  SteadyTime next_round_;
  std::set<ShardId> lost_;  ///< for is_counted(); at most kMaxQueued
  bool is_running_ = false;
  async::Signal woken_;
  async::Signal pass_due_;
  async::TaskGroup tasks_;
};

}  // namespace mycostr::repair
