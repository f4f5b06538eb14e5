// A ChunkStore in memory, on a disk that takes time, fails with its machine, and may rot.
#pragma once

#include <list>
#include <map>
#include <set>

#include "mycostr/chunk_store.hpp"
#include "mycostr/clock.hpp"
#include "support/power.hpp"
#include "support/seeded_random.hpp"
#include "support/trace.hpp"

namespace mycostr::test {

/// Stays when its node goes: it is the disk. Everything fails with io while the power is off. Changes that
/// are under way at the same time are made in any order. References outlive it. Loop thread only.
class SimChunkStore final : public ChunkStore {
 public:
  SimChunkStore(Clock& clock, const Power& power, Trace& trace, std::uint64_t seed, ByteCount disk)
      : clock_(clock), power_(power), trace_(trace), random_(seed), disk_(disk) {}

  Result<std::unique_ptr<Reservation>> reserve(ByteCount size) override;
  Task<Result<void>> put(std::unique_ptr<Reservation> reservation, ShardKey key, Buffer data) override;
  Task<Result<Buffer>> get(ShardKey key) override;
  Task<Result<Buffer>> read(ShardKey key, ByteCount offset, ByteCount length) override;
  Task<Result<ByteCount>> size_of(ShardKey key) override;
  Task<Result<std::vector<StoredShard>>> list(std::optional<ShardKey> after, std::size_t limit) override;
  Task<Result<void>> remove(std::vector<ShardKey> keys) override;
  StoreUsage usage() const override { return {capacity_, used_, reserved_, shards_.size(), used_}; }
  Task<Result<ByteCount>> disk_free() override;
  void set_capacity(ByteCount capacity) override { capacity_ = capacity; }

  /// After the power has gone: each change that was under way has been made, or not.
  void crash();
  /// The disk is replaced by an empty one.
  void wipe();
  /// One byte changes unnoticed; false where the shard is not there.
  bool rot(const ShardKey& key);
  /// The shard is gone, as after a fault of the file system; false where it is not there.
  bool lose(const ShardKey& key);
  /// The next reading of the shard alone comes out wrong: a fault of the memory, not of the disk.
  void misread_once(const ShardKey& key) { misread_ = key; }
  /// Reading the shard fails with io from now on.
  void break_record(const ShardKey& key) { broken_.insert(key); }
  /// Reads of it fail for want of what this process needs.
  void set_busy(const ShardKey& key, bool is_busy) {
    is_busy ? void(busy_.insert(key)) : void(busy_.erase(key));
  }
  /// All reading fails with io.
  void set_readable(bool readable) { readable_ = readable; }
  /// How many times slower than usual it is.
  void set_slowness(unsigned factor) { slowness_ = factor; }
  const std::map<ShardKey, Buffer>& shards() const { return shards_; }

 private:
  Task<Result<Buffer>> read_some(ShardKey key, ByteCount offset, std::optional<ByteCount> length);
  class Promise;
  /// A put (one key, with data) or a removal.
  struct Change {
    std::vector<ShardKey> keys;
    Buffer data;
  };
  using Pending = std::list<Change>;

  void make(const Change& change);
  void take(const ShardKey& key);
  Task<Result<void>> carry_out(Change change);
  Duration access_time();

  Clock& clock_;
  const Power& power_;
  Trace& trace_;
  SeededRandom random_;
  const ByteCount disk_;
  ByteCount capacity_;
  ByteCount used_;
  ByteCount reserved_;
  unsigned slowness_ = 1;
  bool readable_ = true;
  std::set<ShardKey> broken_;
  std::set<ShardKey> busy_;
  std::optional<ShardKey> misread_;
  std::map<ShardKey, Buffer> shards_;
  Pending pending_;
};

}  // namespace mycostr::test
