// Shards that this node has lost: each is out of the store at once, and remembered until its owner knows.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "async/signal.hpp"
#include "holder/leaf_hashes.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::holder {

/// Loop thread only. References outlive it. Its rows, b/<owner><shard>, are its state. Errors of all tasks:
/// io.
class LostShards {
 public:
  LostShards(Clock& clock, MetaStore& meta, ChunkStore& chunks, LeafHashes& leaf_hashes)
      : clock_(clock), meta_(meta), chunks_(chunks), leaf_hashes_(leaf_hashes) {}

  /// On return the shard is out of the store, with the hashes of its leaves, and will be told of: durably.
  Task<Result<void>> take_out(ShardKey key);
  /// The next owner behind `after` with shards to be told of; nothing at the end. Errors: corrupt.
  Task<Result<std::optional<NodeId>>> next_owner(std::optional<NodeId> after);
  /// Some shards that this owner is to be told of, up to wire::kMaxShardsPerReport. What is back in the
  /// store, or was lost more than 30 days ago, is forgotten instead.
  Task<Result<std::vector<ShardId>>> shards_of(NodeId owner);
  /// The owner knows.
  Task<Result<void>> forget(NodeId owner, std::vector<ShardId> shards);
  /// How many have been taken out since the start; each is followed by a notification.
  std::uint64_t taken_out() const { return taken_out_; }
  async::Signal& added() { return added_; }

 private:
  Task<Result<void>> move_out(ShardKey key);
  Task<Result<bool>> is_to_be_told(const ShardKey& key, const std::string& row);

  Clock& clock_;
  MetaStore& meta_;
  ChunkStore& chunks_;
  LeafHashes& leaf_hashes_;
  std::set<ShardKey> leaving_;  ///< on their way out of the store
  std::uint64_t taken_out_ = 0;
  async::Signal added_;
};

}  // namespace mycostr::holder
