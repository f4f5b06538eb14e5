// Reads again everything this node keeps, so that what has rotted is found, and its owner told, while other
// copies are there.
#pragma once

#include <deque>
#include <optional>

#include "async/signal.hpp"
#include "holder/lost_shards.hpp"
#include "holder/scrub_pass.hpp"
#include "mycostr/worker_pool.hpp"

namespace mycostr::holder {

struct ScrubSettings {
  Duration period = std::chrono::days(14);  ///< within which each shard is read once
  /// Never faster, even where the period is not kept so. REQUIRES: more than 0
  ByteCount bytes_per_second = 16_MiB;
};

struct ScrubStatus {
  std::optional<WallTime> started;  ///< of the pass under way, or else the last one; nothing before the first
  std::optional<ShardKey> position;  ///< last shard read in the pass under way
  ByteCount bytes_done;              ///< in that pass
  ByteCount bytes_total;
  std::uint64_t bad_shards = 0;  ///< found rotten or unreadable since this node first ran
  bool is_running = false;       ///< a pass is under way
};

/// Loop thread only. References outlive it. One shard is read at a time, with pauses between. A pass goes
/// through the shards in their order, spread over three quarters of the period; its state is on disk (row
/// "scrub"), so a restart goes on where it was. A shard is lost where its bytes are not those of its id, its
/// record cannot be read though others can, or it is not there though it should be.
class Scrubber {
 public:
  Scrubber(Clock& clock, WorkerPool& crypto_pool, MetaStore& meta, ChunkStore& chunks, LostShards& lost,
           ScrubSettings settings)
      : clock_(clock),
        crypto_pool_(crypto_pool),
        meta_(meta),
        chunks_(chunks),
        lost_(lost),
        settings_(settings) {}

  /// Reads where the last pass was. Before run(). Errors: io, corrupt.
  Task<Result<void>> open();
  /// Until cancelled: saves its position then.
  Task<> run();
  /// Everything is read from now on, at full speed. A pass under way is begun again for it, but for one that
  /// was asked for too: then another follows.
  void start_now();
  /// This shard should be here and may not be, or not whole: it is looked at next. Dropped where kMaxSuspects
  /// wait already: the pass, or the next audit, comes to it.
  void suspect(const ShardKey& key);
  ScrubStatus status() const;

  static constexpr std::size_t kMaxSuspects = 10'000;

 private:
  enum class Finding { whole, bad, gone, unreadable, busy };

  Task<> work();
  Task<> do_next();
  SteadyTime next_due() const;
  void begin_pass(bool is_urgent);
  void end_pass();
  Task<> advance();
  Task<Result<bool>> fill_page();
  void passed(const StoredShard& shard);
  Task<> look_at_suspect();
  Task<Finding> examine(ShardKey key);
  Task<Finding> read(ShardKey key);
  Task<bool> can_read_others(ShardKey than);
  Task<bool> lose(ShardKey key, Finding finding);
  void schedule();
  Duration pace(ByteCount size) const;
  void rest_after(ByteCount size);
  void rest_after_failure(const Error& error);
  Task<> save();

  Clock& clock_;
  WorkerPool& crypto_pool_;
  MetaStore& meta_;
  ChunkStore& chunks_;
  LostShards& lost_;
  const ScrubSettings settings_;
  ScrubPass pass_;
  std::deque<StoredShard> page_;  ///< what comes next in the pass
  std::set<ShardKey> suspects_;
  SteadyTime pass_ends_;  ///< when the pass under way should end
  SteadyTime next_pass_;
  SteadyTime next_read_;  ///< not before
  SteadyTime next_step_;  ///< of the pass, likewise
  SteadyTime next_save_;
  bool is_asked_ = false;  ///< for a pass, while one is under way
  async::Signal woken_;
};

}  // namespace mycostr::holder
