// A holder's work: takes shards of owners, gives them back, forgets them.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "async/signal.hpp"
#include "crypto/identity.hpp"
#include "holder/drain.hpp"
#include "holder/leaf_hashes.hpp"
#include "holder/recently_deleted.hpp"
#include "mycostr/chunk_store.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/transport.hpp"
#include "mycostr/worker_pool.hpp"
#include "wire/messages.hpp"

namespace mycostr::holder {

/// Loop thread only. References outlive it.
class ShardService {
 public:
  ShardService(const crypto::Identity& identity, Clock& clock, WorkerPool& crypto_pool, ChunkStore& chunks,
               const Drain& drain, LeafHashes& leaf_hashes)
      : identity_(identity),
        clock_(clock),
        crypto_pool_(crypto_pool),
        chunks_(chunks),
        drain_(drain),
        leaf_hashes_(leaf_hashes) {}

  /// Whether an owner may give this node anything.
  std::function<bool(const NodeId&)> accepts = [](const NodeId&) { return true; };

  /// Whether the disk has room for so much, whatever was promised to the network.
  std::function<bool(ByteCount)> fits_on_disk = [](ByteCount) { return true; };
  /// Whether an owner's shards may be deleted: as long as what it returns lives. Errors: conflict, io,
  /// corrupt.
  std::function<Task<Result<std::shared_ptr<void>>>(NodeId, std::vector<ShardId>)> begin_deletion;

  /// Returns when nothing of an owner that is not accepted any more is on its way to the disk.
  Task<> wait_for_writes(NodeId owner);

  /// Operation "shards/offer": whether "shards/put" of so many bytes would be taken now; promises nothing.
  /// Errors: invalid, full, conflict (this node drains, or the owner has not paid).
  Task<Result<PeerReply>> handle_offer(PeerRequest& request);
  /// Operation "shards/put": capacity is set aside before the bytes are read; they are verified against the
  /// shard's id, and on disk before the receipt is given. Errors: invalid, full, io, closed, timeout,
  /// conflict (it was deleted a moment ago; this node drains; the owner has not paid).
  Task<Result<PeerReply>> handle_put(PeerRequest& request);
  /// Operation "shards/get", for the owner or who shows its grant. Errors: invalid, not_found, forbidden,
  /// overloaded, io.
  Task<Result<PeerReply>> handle_get(PeerRequest& request);
  /// Operation "shards/delete", likewise; what is not there counts as deleted. Errors: invalid, forbidden,
  /// conflict (begin_deletion refuses), io.
  Task<Result<PeerReply>> handle_delete(PeerRequest& request);

 private:
  class Writing;
  enum class Right { read, erase };
  /// Errors: full, conflict (this node drains, or the owner has not paid).
  Result<std::unique_ptr<Reservation>> make_room(const NodeId& owner, ByteCount size);
  /// Whose shards the caller may act on: its own, or a grant's owner's.
  Result<NodeId> owner_for(const PeerIdentity& caller, ByteView grant, Right right,
                           std::span<const ShardId> shards) const;
  Bytes receipt_for(const NodeId& owner, const ShardId& shard, ByteCount size) const;

  const crypto::Identity& identity_;
  Clock& clock_;
  WorkerPool& crypto_pool_;
  ChunkStore& chunks_;
  const Drain& drain_;
  LeafHashes& leaf_hashes_;
  RecentlyDeleted recently_deleted_;
  std::multiset<ShardKey> being_written_;
  async::Signal written_;
};

}  // namespace mycostr::holder
