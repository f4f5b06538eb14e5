// The reading half of the pack store.
#pragma once

#include "base/buffer.hpp"
#include "storage/pack_files.hpp"
#include "storage/shard_index.hpp"

namespace mycostr::storage {

/// Thread-safe; every call blocks, so it runs on the pool. Index and files outlive it. A shard that is
/// removed or moved while it is read is looked up again: what is returned was a live shard's at some time of
/// the call.
class PackReader {
 public:
  PackReader(const ShardIndex& index, PackFiles& files) : index_(index), files_(files) {}

  /// Errors: not_found, corrupt (the header on the disk is not this shard's), io.
  Result<Buffer> read_all(const ShardKey& key) const;
  /// Reads the pages asked for and no others. Errors: not_found, invalid, corrupt, io.
  Result<Buffer> read_part(const ShardKey& key, std::uint64_t offset, std::uint64_t length) const;
  /// Errors: not_found, corrupt, io.
  Result<Location> locate(const ShardKey& key) const;

 private:
  template <class Read>
  Result<Buffer> read_stable(const ShardKey& key, Read read) const;
  Result<Buffer> read_record(const ShardKey& key, const Location& at) const;

  const ShardIndex& index_;
  PackFiles& files_;
};

}  // namespace mycostr::storage
