// Whether a proof answers a challenge. Pure, any thread; takes a few hundred SHA-256 blocks a leaf.
#pragma once

#include <optional>
#include <string>

#include "wire/audit.hpp"

namespace mycostr::audit {

/// What a reply to a challenge is worth.
struct Judgement {
  bool is_from_holder = false;  ///< signed by the holder for this challenge: the rest can be held against it
  bool passed = false;          ///< every leaf asked for was proven
  std::vector<ShardId> lost;    ///< shards of the agreement that the holder says it lost; the rest is proven
  std::uint32_t leaves = 0;     ///< proven
  std::string why;              ///< empty where it passed
};

/// `reply` is what the holder sent, hostile. The challenge's root, revision and shards are the caller's to
/// know.
Judgement judge(const wire::SignedChallenge& challenge, const PublicKey& holder_key, ByteView reply);

/// The sample of one shard, out of all its leaves' hashes and the bytes of some leaves (ascending); nothing
/// where they are not this shard's: bytes or hashes have rotted.
std::optional<wire::ProofSample> make_sample(std::uint64_t slot, const ShardId& shard, ByteCount size,
                                             std::span<const Digest> leaf_hashes,
                                             std::vector<wire::ProofSample::Leaf> leaves);

}  // namespace mycostr::audit
