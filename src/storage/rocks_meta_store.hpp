// MetaStore on RocksDB.
#pragma once

#include <atomic>

#include "mycostr/meta_store.hpp"
#include "mycostr/worker_pool.hpp"
#include "storage/database.hpp"
#include "storage/group_writer.hpp"

namespace mycostr::storage {

/// Reads run on the pool, commits on one writer thread that makes one write, with one sync at most, of all
/// that waits. A key or value over the port's limits is refused with Errc::invalid. Database and pool outlive
/// it; its tasks must have ended before it goes.
class RocksMetaStore final : public MetaStore {
 public:
  RocksMetaStore(Database& database, WorkerPool& pool);

  Task<Result<std::optional<std::string>>> get(std::string key) override;
  Task<Result<std::vector<KeyValue>>> scan(ScanRequest request) override;
  Task<Result<void>> commit(WriteBatch batch, Durability durability) override;

  /// The last commit could not be written. Any thread.
  bool is_failing() const { return is_failing_; }
  /// How often the log has been synced for commits. Any thread.
  std::uint64_t syncs() const { return syncs_; }

 private:
  struct Commit {
    WriteBatch batch;
    Durability durability;
  };
  void write(std::span<GroupWriter<Commit>::Entry> group);

  Database& database_;
  WorkerPool& pool_;
  std::atomic<std::uint64_t> syncs_ = 0;
  std::atomic<bool> is_failing_ = false;
  GroupWriter<Commit> writer_;
};

}  // namespace mycostr::storage
