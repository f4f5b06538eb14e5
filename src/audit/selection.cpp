#include "audit/selection.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "crypto/sha256.hpp"

namespace mycostr::audit {
namespace {

constexpr std::uint32_t kLeastLeaves = 32;

std::string be64(std::uint64_t value) {
  std::string out;
  append_be64(out, value);
  return out;
}

Digest draw(const Digest& seed, std::uint64_t index) {
  return crypto::sha256({seed.view(), as_bytes(be64(index))});
}

/// 16 bytes, big-endian, modulo a number below 2^32.
std::uint64_t modulo(ByteView bytes, std::uint64_t divisor) {
  std::uint64_t rest = 0;
  for (std::size_t at = 0; at < 16; at += 4) rest = (rest << 32 | read_be32(bytes.subspan(at, 4))) % divisor;
  return rest;
}

std::uint64_t slot_in(const Digest& draw, std::uint64_t shards) {
  return modulo(draw.view().first(16), shards);
}

std::uint32_t leaf_in(const Digest& draw, std::uint32_t leaf_count) {
  return static_cast<std::uint32_t>(modulo(draw.view().last(16), leaf_count));
}

/// Draws until `count` slots are different. REQUIRES: count <= shards
std::vector<std::pair<std::uint64_t, Digest>> distinct_slots(std::uint64_t shards, std::uint32_t count,
                                                             const Digest& seed) {
  std::set<std::uint64_t> drawn;
  std::vector<std::pair<std::uint64_t, Digest>> out;
  for (std::uint64_t i = 0; out.size() < count; ++i) {
    const auto digest = draw(seed, i);
    const auto slot = slot_in(digest, shards);
    if (drawn.insert(slot).second) out.emplace_back(slot, digest);
  }
  return out;
}

/// One leaf of each shard in turn, of those that have any left.
std::set<Position> all_round(const wire::Challenge& challenge, const Digest& seed,
                             const LeafCount& leaf_count) {
  const auto shards = challenge.shards;
  std::vector<std::uint32_t> sizes(shards);
  std::uint64_t total = 0;
  for (std::uint64_t slot = 0; slot < shards; ++slot) total += sizes[slot] = leaf_count(slot);
  const auto count = std::min<std::uint64_t>(challenge.count, total);
  std::vector<std::uint32_t> left = sizes;
  std::set<Position> out;
  std::uint64_t next_draw = 1;
  for (auto slot = slot_in(draw(seed, 0), shards); out.size() < count; slot = (slot + 1) % shards) {
    if (left[slot] == 0) continue;
    --left[slot];
    while (!out.insert({slot, leaf_in(draw(seed, next_draw++), sizes[slot])}).second) {
    }
  }
  return out;
}

}  // namespace

std::uint32_t leaves_to_ask(std::uint64_t leaves, std::uint32_t most) {
  const auto half_root = std::ceil(std::sqrt(static_cast<double>(leaves)) / 2);
  const auto wanted = half_root >= wire::kMaxAuditLeaves
                          ? wire::kMaxAuditLeaves
                          : std::max(static_cast<std::uint32_t>(half_root), kLeastLeaves);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(std::min(wanted, most), leaves));
}

Digest selection_seed(const wire::Challenge& challenge, const NodeId& holder) {
  return crypto::sha256({as_bytes("mycostr/audit/1"), as_bytes(be64(challenge.epoch)), holder.view(),
                         challenge.agreement.view(), challenge.root.view(),
                         as_bytes(be64(challenge.revision)), challenge.nonce.view()});
}

std::vector<std::uint64_t> plain_slots(const wire::Challenge& challenge, const Digest& seed) {
  std::vector<std::uint64_t> out;
  if (challenge.shards < challenge.count) {
    for (std::uint64_t slot = 0; slot < challenge.shards; ++slot) out.push_back(slot);
    return out;
  }
  for (const auto& [slot, digest] : distinct_slots(challenge.shards, challenge.count, seed))
    out.push_back(slot);
  std::ranges::sort(out);
  return out;
}

std::vector<Position> plain_positions(const wire::Challenge& challenge, const Digest& seed,
                                      const LeafCount& leaf_count) {
  std::set<Position> out;
  if (challenge.shards < challenge.count) {
    out = all_round(challenge, seed, leaf_count);
  } else {
    for (const auto& [slot, digest] : distinct_slots(challenge.shards, challenge.count, seed)) {
      out.insert({slot, leaf_in(digest, leaf_count(slot))});
    }
  }
  return {out.begin(), out.end()};
}

Chain::Chain(std::uint64_t shards, const Digest& seed) : shards_(shards), seed_(seed), draw_(draw(seed, 0)) {}

std::uint64_t Chain::slot() const {
  return slot_in(draw_, shards_);
}

std::uint32_t Chain::leaf(std::uint32_t leaf_count) const {
  return leaf_in(draw_, leaf_count);
}

void Chain::advance(ByteView leaf_data) {
  seed_ = crypto::sha256({as_bytes("mycostr/audit-chain/1"), seed_.view(), leaf_data});
  draw_ = draw(seed_, 0);
}

}  // namespace mycostr::audit
