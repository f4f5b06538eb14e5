// The index of the packs: where each shard lies, and the counters that belong to it.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "storage/database.hpp"
#include "storage/index_rows.hpp"

namespace mycostr::storage {

/// Rows of the family "shards", with totals and packs kept in memory as well. Reading is thread-safe and
/// blocks; only one thread at a time makes changes (IndexChange). The database outlives it.
class ShardIndex {
 public:
  explicit ShardIndex(Database& database) : database_(database) {}

  /// Reads totals and packs; false where there never were any. Call it once, first. Throws OpenError.
  bool load();
  /// Errors: io, corrupt.
  Result<std::optional<Location>> find(const ShardKey& key) const;
  /// The first `most` shards behind `after`, in the order of their keys. Errors: io, corrupt.
  Result<std::vector<StoredShard>> shards(const std::optional<ShardKey>& after, std::size_t most) const;
  Totals totals() const;
  std::map<std::uint32_t, PackInfo> packs() const;

  /// Rows of a kind (kDyingRow, kFreeRow) in order, the first `most` behind `after`. Errors: io, corrupt.
  Result<std::vector<DeadRange>> dead_ranges(char kind, std::optional<DeadRange> after,
                                             std::size_t most) const;
  /// Packs whose files are to be removed. Errors: io, corrupt.
  Result<std::vector<std::uint32_t>> retired() const;
  /// The ranges' headers are gone: what is left is to free their blocks. Any thread, as the following two;
  /// the loss of power may undo any of them, and it is done once more. Errors: io, full.
  Result<void> headers_cleared(std::span<const DeadRange> ranges);
  Result<void> blocks_freed(std::span<const DeadRange> ranges);
  Result<void> file_removed(std::uint32_t pack);

  /// Set once a change could not be written: there are no more until the next start. The writer's thread
  /// only.
  const std::optional<Error>& failed() const { return failed_; }
  /// The same, for any thread.
  bool has_failed() const { return has_failed_; }

 private:
  friend class IndexChange;

  Database& database_;
  mutable std::mutex mutex_;  // of what follows
  Totals totals_;
  std::map<std::uint32_t, PackInfo> packs_;
  std::optional<Error> failed_;
  std::atomic<bool> has_failed_ = false;
};

/// Changes to the index that happen together or not at all, with the counters they entail.
class IndexChange {
 public:
  explicit IndexChange(ShardIndex& index) : index_(index), totals_(index.totals()) {}

  /// Sees what this change has done so far. Errors: io, corrupt.
  Result<std::optional<Location>> find(const ShardKey& key) const;
  /// A record at the end of its pack. REQUIRES: the shard is not there.
  void add(const ShardKey& key, const Location& to);
  /// REQUIRES: the shard lies at `from`.
  void remove(const ShardKey& key, const Location& from);
  /// The shard's newer record counts from now on.
  void move(const ShardKey& key, const Location& from, const Location& to);
  void start_pack(std::uint32_t number);
  /// What lies before it and is not in the index is dead.
  void set_end(std::uint32_t number, std::uint64_t end) { pack(number).end = end; }
  void seal_pack(std::uint32_t number);
  /// A record that no row points to.
  void add_dead(const DeadRange& range) { dead_.push_back(range); }

  bool empty() const { return rows_.empty() && packs_.empty() && dead_.empty(); }
  /// Sealed packs that are wholly dead now are retired. After an error the index takes no more changes until
  /// the next start: whether this one happened is only known then. Errors: io, full.
  Result<void> commit(Durability durability);

  /// After commit: records whose headers are to be cleared now.
  std::span<const DeadRange> dead() const { return dead_; }

 private:
  PackInfo& pack(std::uint32_t number);
  void retire_dead_packs();
  WriteBatch to_rows() const;

  ShardIndex& index_;
  Totals totals_;
  std::map<ShardKey, std::optional<Location>> rows_;
  std::map<std::uint32_t, PackInfo> packs_;
  std::vector<DeadRange> dead_;
  std::vector<std::uint32_t> retired_;
};

}  // namespace mycostr::storage
