// Shards that their holders have given receipts for and that wait to join an agreement: rows
// gj/<holder><shard>, written by the catalog in the same batches as the receipts; and those that a holder
// then said it has not: rows gm/<holder><shard>, there until the shard leaves.
#pragma once

#include <map>
#include <vector>

#include "async/signal.hpp"
#include "mycostr/meta_store.hpp"
#include "wire/agreement.hpp"

namespace mycostr::agreement {

/// Loop thread only.
class JoinQueue {
 public:
  explicit JoinQueue(MetaStore& store) : store_(store) {}

  /// Once: finds the holders that have rows. Errors: io, corrupt.
  Task<Result<void>> open();

  /// The shard waits from this batch on.
  static void add(WriteBatch& batch, const NodeId& holder, const wire::ShardEntry& shard);
  /// It has joined.
  static void joined(WriteBatch& batch, const NodeId& holder, const ShardId& shard);
  /// The holder says that it has not got it.
  static void mark_missing(WriteBatch& batch, const NodeId& holder, const wire::ShardEntry& shard);
  /// It is not to join any more, nor missed.
  static void drop(WriteBatch& batch, const NodeId& holder, const ShardId& shard);

  /// Call after the commit of a batch with add() of so much for this holder, also after one that failed.
  void added(const NodeId& holder, ByteCount bytes);
  /// Call after so much of what waited has joined.
  void took(const NodeId& holder, ByteCount bytes);
  /// Holders with shards that wait, perhaps a few without, and how much that is: what was dropped, or never
  /// written, counts until the next look at all that waits for the holder.
  const std::map<NodeId, ByteCount>& holders() const { return waiting_; }
  /// Returns at the next added() of a holder for whom nothing waited, or wake().
  Task<> wait() { return changed_.wait(); }
  void wake() { changed_.notify_all(); }

  /// The first ones by shard id; a holder without any is forgotten. Errors: io, corrupt.
  Task<Result<std::vector<wire::ShardEntry>>> waiting(NodeId holder, std::size_t limit);

  struct Missing {
    NodeId holder;
    ShardId shard;
  };
  /// Missing ones after `after`, in key order. Errors: io, corrupt.
  Task<Result<std::vector<Missing>>> missing(std::optional<Missing> after, std::size_t limit);

 private:
  MetaStore& store_;
  std::map<NodeId, ByteCount> waiting_;
  std::map<NodeId, ByteCount> added_;  ///< during a look at what waits for that holder
  async::Signal changed_;
};

}  // namespace mycostr::agreement
