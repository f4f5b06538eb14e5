// The hashes of each kept shard's leaves, in rows t/<owner><shard>, 32 bytes a leaf: so a proof reads the
// leaves asked for and no others.
#pragma once

#include <optional>
#include <vector>

#include "mycostr/chunk_store.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::holder {

/// Loop thread only. A row may be missing, or wrong after a fall of the machine: whoever uses it compares its
/// root with the shard's id, and makes it anew from the shard where they differ.
class LeafHashes {
 public:
  explicit LeafHashes(MetaStore& meta) : meta_(meta) {}

  /// Nothing where there is no row. Errors: io.
  Task<Result<std::optional<std::vector<Digest>>>> find(ShardKey key);
  /// Best effort: what is not saved is made anew when it is needed.
  Task<> save(ShardKey key, std::vector<Digest> leaves);
  /// Before the shards go, so that no row outlives its shard. Errors: io.
  Task<Result<void>> erase(std::vector<ShardKey> keys);

 private:
  MetaStore& meta_;
};

}  // namespace mycostr::holder
