// A MetaStore as a crash sees it: commits take time, and how they were made says what is left of them.
#pragma once

#include <deque>

#include "mycostr/clock.hpp"
#include "support/memory_meta_store.hpp"
#include "support/power.hpp"
#include "support/seeded_random.hpp"
#include "support/trace.hpp"

namespace mycostr::test {

/// One writer, as in the daemon: commits are applied in the order they are asked for. Stays when its node
/// goes: it is the disk. Everything fails with io while the power is off. References outlive it. Loop thread
/// only.
class SimMetaStore final : public MetaStore {
 public:
  SimMetaStore(Clock& clock, const Power& power, Trace& trace, std::uint64_t seed)
      : clock_(clock), power_(power), trace_(trace), random_(seed) {}

  Task<Result<std::optional<std::string>>> get(std::string key) override;
  Task<Result<std::vector<KeyValue>>> scan(ScanRequest request) override;
  Task<Result<void>> commit(WriteBatch batch, Durability durability) override;

  /// After the power has gone. Of the commits on their way the first few may have been made; a loss of power
  /// may undo the last buffered ones.
  void crash(Crash kind);
  /// As if it had been there always, at once and durably.
  void preset(WriteBatch batch) { rows_.apply(std::move(batch)); }
  const MemoryMetaStore::Rows& rows() const { return rows_.rows(); }

 private:
  struct Pending {
    WriteBatch batch;
    Durability durability;
  };

  void apply(Pending commit);
  WriteBatch inverse_of(const WriteBatch& batch) const;
  Duration read_time();

  Clock& clock_;
  const Power& power_;
  Trace& trace_;
  SeededRandom random_;
  MemoryMetaStore rows_;
  std::deque<Pending> pending_;       ///< asked for and not made yet
  std::vector<WriteBatch> unsynced_;  ///< what undoes each buffered commit since the last sync, oldest first
  SteadyTime last_write_;
};

}  // namespace mycostr::test
