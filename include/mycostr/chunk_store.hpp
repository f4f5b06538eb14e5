// Port: where a holder keeps shards. The daemon's: append-only packs with RocksDB as their index.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/buffer.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/task.hpp"
#include "base/units.hpp"

namespace mycostr {

/// Two owners who store the same bytes hold two shards: neither can read or delete the other's.
struct ShardKey {
  NodeId owner;
  ShardId shard;
  auto operator<=>(const ShardKey&) const = default;
};

struct StoredShard {
  ShardKey key;
  ByteCount size;  ///< of the shard alone
};

struct StoreUsage {
  ByteCount capacity;  ///< what the operator offers
  ByteCount used;      ///< what shards take of it, headers and padding included
  ByteCount reserved;  ///< promised to shards that are on their way
  std::uint64_t shards = 0;
  ByteCount shard_bytes;  ///< of `used`, the shards themselves
};

/// Capacity set aside for one shard; given back when it goes unused. Loop thread only; may outlive a failed
/// put, never the store.
class Reservation {
 public:
  virtual ~Reservation() = default;
};

/// Loop thread only. Shards are 1 to kMaxChunkSize bytes long, a multiple of kLeafSize.
class ChunkStore {
 public:
  virtual ~ChunkStore() = default;

  /// Sets capacity aside before a byte is taken. Errors: full.
  virtual Result<std::unique_ptr<Reservation>> reserve(ByteCount size) = 0;
  /// On disk (synced) once it has returned. Storing what is there already changes nothing and succeeds; the
  /// bytes are the caller's to verify. Not cancellable. REQUIRES: data.size() is what was reserved. Errors:
  /// io.
  virtual Task<Result<void>> put(std::unique_ptr<Reservation> reservation, ShardKey key, Buffer data) = 0;
  /// Errors: not_found, corrupt (the record's header is not this shard's), io. The shard's bytes are not
  /// verified.
  virtual Task<Result<Buffer>> get(ShardKey key) = 0;
  /// Part of a shard; reads no more of the disk than the 4 KiB pages asked for. REQUIRES: offset and length
  /// are multiples of kLeafSize. Errors: as get; invalid (beyond the end).
  virtual Task<Result<Buffer>> read(ShardKey key, ByteCount offset, ByteCount length) = 0;
  /// Length of a shard in bytes. Errors: not_found, io.
  virtual Task<Result<ByteCount>> size_of(ShardKey key) = 0;
  /// The first `limit` shards behind `after` (from the first one on without it), by owner and then by shard.
  /// What changes meanwhile may be seen or not. REQUIRES: limit > 0. Errors: corrupt (the store's own books),
  /// io.
  virtual Task<Result<std::vector<StoredShard>>> list(std::optional<ShardKey> after, std::size_t limit) = 0;
  /// Durable once it has returned; what is not there counts as removed. Errors: io.
  virtual Task<Result<void>> remove(std::vector<ShardKey> keys) = 0;

  virtual StoreUsage usage() const = 0;
  /// What the file system below has free for this user. Errors: io.
  virtual Task<Result<ByteCount>> disk_free() = 0;
  /// May be lower than what is used: then nothing is reserved until enough has gone.
  virtual void set_capacity(ByteCount capacity) = 0;
};

}  // namespace mycostr
