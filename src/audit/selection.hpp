// Which leaves a challenge asks for: both sides compute it from the challenge, neither can steer it. Pure,
// any thread.
//
// seed = SHA-256("mycostr/audit/1" || epoch || holder || agreement || root || revision || nonce); draw i =
// SHA-256(seed || i). Integers are 64 bits, big-endian. Of a draw the first 16 bytes modulo the shards are a
// slot, the last 16 modulo the shard's leaves a leaf.
//
// Plain: where the agreement has at least as many shards as leaves are asked for, slots that were drawn
// before are drawn anew, so that all leaves are of different shards. With fewer shards all of them are asked,
// one leaf each in turn from the slot of draw 0 on, until there are enough leaves; leaves that were drawn
// before are drawn anew. Chained: step 0 is draw 0 of the seed; the seed of the next step is
// SHA-256("mycostr/audit-chain/1" || seed || the leaf's bytes). Steps may repeat.
#pragma once

#include <functional>

#include "wire/audit.hpp"

namespace mycostr::audit {

/// c = clamp(ceil(sqrt(leaves) / 2), 32, 64), at most all leaves and at most `most` (audit.max_leaves, 1 to
/// 64). Why 32: docs/adr/0010-audits.md.
std::uint32_t leaves_to_ask(std::uint64_t leaves, std::uint32_t most);

/// Where the draws of one challenge begin.
Digest selection_seed(const wire::Challenge& challenge, const NodeId& holder);

/// One leaf, by its shard's place in the agreement.
struct Position {
  std::uint64_t slot = 0;
  std::uint32_t leaf = 0;
  auto operator<=>(const Position&) const = default;
};

/// Leaves of the shard in a slot, 1 to 1024.
using LeafCount = std::function<std::uint32_t(std::uint64_t slot)>;

/// The slots that a plain challenge asks for, ascending: what must be known of sizes for the rest.
std::vector<std::uint64_t> plain_slots(const wire::Challenge& challenge, const Digest& seed);
/// The leaves that a plain challenge asks for, ascending; `leaf_count` is called for plain_slots() only.
std::vector<Position> plain_positions(const wire::Challenge& challenge, const Digest& seed,
                                      const LeafCount& leaf_count);

/// The walk of a chained challenge: slot() and leaf() say where the next step is, advance() takes its bytes.
class Chain {
 public:
  Chain(std::uint64_t shards, const Digest& seed);
  std::uint64_t slot() const;
  std::uint32_t leaf(std::uint32_t leaf_count) const;
  void advance(ByteView leaf_data);

 private:
  std::uint64_t shards_;
  Digest seed_;
  Digest draw_;
};

}  // namespace mycostr::audit
