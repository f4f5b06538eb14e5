// What a holder tells an owner of shards that it has lost.
#pragma once

#include <vector>

#include "base/time.hpp"
#include "wire/signed.hpp"

namespace mycostr::wire {

namespace operations {
inline constexpr const char* kLostShards = "shards/lost";
}  // namespace operations

inline constexpr std::string_view kLostPurpose = "mycostr/lost/1";
inline constexpr std::size_t kMaxShardsPerReport = 1000;

/// A holder's word that it keeps these shards no longer: an owner can show it to others, and need not ask for
/// the shards any more.
struct LostShards {
  NodeId owner;
  PublicKey holder_key;
  std::vector<ShardId> shards;  ///< 1 to kMaxShardsPerReport
  WallTime reported;

  NodeId holder() const { return crypto::node_id_of(holder_key); }
  bool operator==(const LostShards&) const = default;
};

/// An encoded Signed.
Bytes encode_lost_shards(const LostShards& report, const crypto::Identity& holder);
/// Checks form, limits and the signature against the key in the report. Errors: invalid.
Result<LostShards> decode_lost_shards(ByteView bytes);

}  // namespace mycostr::wire
