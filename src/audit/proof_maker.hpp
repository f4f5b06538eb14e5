// Makes proofs: reads what a challenge asks for, and nothing else, as long as the rows of leaf hashes are
// there.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "agreement/shard_set.hpp"
#include "audit/selection.hpp"
#include "holder/leaf_hashes.hpp"
#include "mycostr/chunk_store.hpp"
#include "mycostr/worker_pool.hpp"

namespace mycostr::audit {

/// Outlive the maker; loop thread only.
struct ProofPorts {
  boost::asio::any_io_executor executor;
  WorkerPool& crypto_pool;
  MetaStore& meta;
  ChunkStore& chunks;
  NodeId self;
};

/// Loop thread only; hashes on the pool. References outlive it.
class ProofMaker {
 public:
  ProofMaker(ProofPorts ports, holder::LeafHashes& leaf_hashes) : ports_(ports), leaf_hashes_(leaf_hashes) {}

  /// The answer to a challenge on this node's shards of `owner`. What is not there, or is not what it was, is
  /// marked as missing: every other sample has been checked. Errors: conflict (the agreement is at another
  /// revision, or changes), io (the disk failed: nothing is known of the shards), corrupt.
  Task<Result<wire::Proof>> make(wire::SignedChallenge challenge, NodeId owner);

 private:
  /// A shard and the leaves to be shown of it; none of one that is known to be bad.
  struct Part {
    std::uint64_t slot = 0;
    ShardKey key;
    ByteCount size;
    std::vector<std::uint32_t> leaves;
  };
  struct Parts {
    std::vector<Part> parts;   ///< by slot
    std::vector<Digest> path;  ///< from their entries to the agreement's root
  };

  Task<Result<Parts>> plain_parts(wire::Challenge challenge, agreement::ShardSet& set, NodeId owner);
  Task<Result<Parts>> chained_parts(wire::Challenge challenge, agreement::ShardSet& set, NodeId owner);
  Task<Result<Parts>> parts_of(std::vector<Position> positions, std::optional<std::uint64_t> bad_slot,
                               agreement::ShardSet& set, NodeId owner);
  static Part part_of(std::uint64_t slot, const NodeId& owner, const wire::ShardEntry& entry);
  Task<Result<std::vector<wire::ProofSample>>> samples_of(std::vector<Part> parts);
  Task<> sample_into(Result<wire::ProofSample>& out, Part part);
  Task<Result<wire::ProofSample>> sample(Part part);
  /// With hashes made from the whole shard.
  Task<Result<wire::ProofSample>> sample_anew(Part part);
  static wire::ProofSample missing(const Part& part);

  const ProofPorts ports_;
  holder::LeafHashes& leaf_hashes_;
};

}  // namespace mycostr::audit
