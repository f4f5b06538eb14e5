// What a chunk needs, from who keeps it. Pure; loop thread only.
//
// Places are counted, not copies: copies on holders that fail together (one subnet) are one place. Each copy
// is one shard on one holder in one domain, so that the largest matching of shards and domains (Tahoe's
// "servers of happiness") is the number of different domains.
//
//   live     places whose copies count
//   hoped    more places, of holders that may come back within their grace
//   missing  max(redundancy - (live + hoped within grace), min(2, redundancy) - (live + hoped within
//            grace_critical), 0)
#pragma once

#include "repair/chunk_view.hpp"
#include "repair/holders.hpp"

namespace mycostr::repair {

struct Assessment {
  std::uint32_t live = 0;           ///< places that count; draining holders' copies are still there, and do
  std::uint32_t missing = 0;        ///< copies to be made now
  Reason reason = Reason::offline;  ///< of the first that is missing, else of the first to be dropped
  ShardId shard;                    ///< that one
  std::optional<NodeId> from;       ///< and its holder; nothing where the manifest names no such copy
  double worst_score = 1;           ///< of the holders that count
  /// Copies that may leave the manifest now: it keeps `redundancy` places without them.
  std::vector<ShardId> drop;

  bool has_work() const { return missing > 0 || !drop.empty(); }
};

Assessment assess(const ChunkView& chunk, const Holders& holders, SteadyTime now);

/// Holders that a new copy must not share a domain with: their copies count, or are hoped for.
std::vector<NodeId> staying_holders(const ChunkView& chunk, const Holders& holders, SteadyTime now);

}  // namespace mycostr::repair
