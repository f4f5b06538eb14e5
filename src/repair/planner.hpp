// Decides what is repaired, when, and from whom. No clock, no I/O: times are passed in. Loop thread only.
//
// Holders change their state; a holder whose state changed has its chunks looked at (a pass); what they need
// goes into the queue; what is taken from the queue is looked at again before it is done, for things may have
// changed. So health is kept with work in proportion to what happens, never by reading everything.
#pragma once

#include <set>

#include "repair/assess.hpp"
#include "repair/damage_queue.hpp"
#include "repair/source_pacer.hpp"

namespace mycostr::repair {

class Planner {
 public:
  /// Repairs are numbered from `first_id` on.
  Planner(const Settings& settings, SteadyTime started, std::uint64_t first_id,
          std::size_t max_queued = kMaxQueued);

  Holders& holders() { return holders_; }
  const Holders& holders() const { return holders_; }
  const DamageQueue& queue() const { return queue_; }

  /// A chunk as it is: queued where it needs something, which is told. `found_at`: whose pass found it. Not
  /// for chunks that are being repaired.
  bool consider(const ChunkView& chunk, const NodeId& found_at, SteadyTime now, WallTime wall_now);
  /// The next to be repaired, while a slot is free; it counts as running until done() or retry().
  std::optional<Damage> start(SteadyTime now);
  /// When start() may give something that it does not now, unless a slot becomes free, or more is found.
  std::optional<SteadyTime> next_start(SteadyTime now) const;
  bool is_running(const ChunkKey& key) const { return running_.contains(key); }
  void done(const Damage& damage);
  /// It failed: waits longer each time, at most the grace; suspect_after where no copy is left but on holders
  /// that are away, for one may be back for an hour only.
  void retry(Damage damage, SteadyTime now);
  /// It could be done but for its sources: not before `when`. After many in a row others, but for those with
  /// one place at most, wait as well: with the sources busy there is no use in looking at each chunk.
  void postpone(Damage damage, SteadyTime when, SteadyTime now);

  /// Who may send a copy of it. One holder, the one that may send first; all that could have it where the
  /// chunk has one place at most, or the planned one has failed before.
  struct Sources {
    std::vector<NodeId> holders;  ///< empty: none keeps it, or not before `when`
    SteadyTime when;              ///< when the first one may send
  };
  Sources sources(const ChunkView& chunk, const Assessment& assessment, bool has_no_source,
                  SteadyTime now) const;
  SourcePacer& pacer() { return pacer_; }

  const std::map<ChunkKey, Damage>& running() const { return running_; }

 private:
  void push(Damage damage, SteadyTime ready, SteadyTime now);

  Holders holders_;
  DamageQueue queue_;
  SourcePacer pacer_;
  std::map<ChunkKey, Damage> running_;
  std::size_t busy_in_a_row_ = 0;
  SteadyTime paused_until_;
  const std::size_t max_queued_;
  std::uint64_t next_id_;
};

}  // namespace mycostr::repair
