// Background work: frees what is dead, and moves what is left of nearly dead packs, so that their files can
// go.
#pragma once

#include <set>

#include "mycostr/clock.hpp"
#include "mycostr/worker_pool.hpp"
#include "storage/pack_writer.hpp"

namespace mycostr::storage {

struct CompactionLimits {
  unsigned below_percent = 25;        ///< of a sealed pack that is live
  ByteCount per_second = {32 << 20};  ///< moved; REQUIRES > 0
};

/// Loop thread only; reads on the pool and writes through the store's writer, some megabytes at a time.
/// Nothing to resume: a crash leaves a pack with fewer live records. The references outlive it.
class Maintenance {
 public:
  Maintenance(WorkerPool& pool, ShardIndex& index, PackFiles& files, GroupWriter<PackJob>& writer,
              CompactionLimits limits);

  /// Works for ever. Cancellation: between two steps.
  Task<> run(Clock& clock);
  /// Works until nothing is left to be freed or compacted.
  Task<> run_once(Clock& clock);

 private:
  struct Step {
    MoveJob job;
    std::uint64_t bytes = 0;
    std::uint64_t next = 0;  ///< where to go on in the pack
    bool at_end = false;
  };
  Task<> free_dead();
  Task<> compact_packs(Clock& clock);
  std::optional<std::uint32_t> choose_pack() const;
  Task<Result<void>> compact(Clock& clock, std::uint32_t pack);
  Result<Step> collect(std::uint32_t pack, std::uint64_t from) const;

  WorkerPool& pool_;
  ShardIndex& index_;
  PackFiles& files_;
  GroupWriter<PackJob>& writer_;
  const CompactionLimits limits_;
  std::set<std::uint32_t> failed_;  // left alone until the next start
};

}  // namespace mycostr::storage
