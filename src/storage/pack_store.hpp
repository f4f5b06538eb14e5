// ChunkStore on append-only packs, with RocksDB as their index.
#pragma once

#include "mycostr/chunk_store.hpp"
#include "storage/maintenance.hpp"
#include "storage/pack_reader.hpp"

namespace mycostr::storage {

struct PackOptions {
  std::filesystem::path folder;  ///< of the packs; made where missing
  ByteCount capacity = {};
  ByteCount pack_size = 1_GiB;
  CompactionLimits compaction = {};
};

/// Loop thread only. Reads run on the pool, all changes on one writer thread, which writes together what
/// waits, with one sync. A shard takes its own length and a 4 KiB header. Database and pool outlive it; its
/// tasks must have ended before it goes, which may wait for the write under way. reserve fails with
/// Errc::invalid for a size that no shard has; put with Errc::full where the disk is.
class PackStore final : public ChunkStore {
 public:
  /// Recovers from a crash first (blocks; reads no more than the end of one pack). Throws OpenError.
  PackStore(Database& database, WorkerPool& pool, PackOptions options);

  Result<std::unique_ptr<Reservation>> reserve(ByteCount size) override;
  Task<Result<void>> put(std::unique_ptr<Reservation> reservation, ShardKey key, Buffer data) override;
  Task<Result<Buffer>> get(ShardKey key) override;
  Task<Result<Buffer>> read(ShardKey key, ByteCount offset, ByteCount length) override;
  Task<Result<ByteCount>> size_of(ShardKey key) override;
  Task<Result<std::vector<StoredShard>>> list(std::optional<ShardKey> after, std::size_t limit) override;
  /// Many keys are removed in slices; after an error some may be gone.
  Task<Result<void>> remove(std::vector<ShardKey> keys) override;

  StoreUsage usage() const override;
  Task<Result<ByteCount>> disk_free() override;
  void set_capacity(ByteCount capacity) override { capacity_ = capacity; }

  /// Gives the blocks of removed shards back and compacts packs, for ever; run one at a time. Cancellation:
  /// between two steps.
  Task<> run_maintenance(Clock& clock) { return maintenance_.run(clock); }
  /// The same, until nothing is left to do.
  Task<> maintain_once(Clock& clock) { return maintenance_.run_once(clock); }

  /// The index could not be written once: nothing is taken or removed before the next start.
  bool has_failed() const { return index_.has_failed(); }
  /// How often packs have been synced for puts. Any thread.
  std::uint64_t syncs() const { return packs_.syncs(); }

 private:
  class Promise;

  WorkerPool& pool_;
  ByteCount capacity_;
  ByteCount reserved_;
  PackFiles files_;
  ShardIndex index_;
  PackReader reader_;
  PackWriter packs_;
  GroupWriter<PackJob> writer_;
  Maintenance maintenance_;
};

}  // namespace mycostr::storage
