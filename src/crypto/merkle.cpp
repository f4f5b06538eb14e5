#include "crypto/merkle.hpp"

#include "base/units.hpp"
#include "crypto/block_hash.hpp"
#include "crypto/sha256.hpp"

namespace mycostr::crypto {
namespace {

constexpr std::uint8_t kLeafPrefix[] = {0};
constexpr std::uint8_t kNodePrefix[] = {1};

static_assert(sizeof(Digest) == Digest::kSize, "two neighbours in a level are the 64 bytes of their parent");

/// One level up: pairs are joined, an odd last one is carried. Repeated, it gives RFC 6962's tree.
void fold(std::vector<Digest>& level) {
  const auto pairs = level.size() / 2;
  hash_blocks(kNodePrefix[0], level.front().bytes.data(), 2 * Digest::kSize, pairs, level.data());
  if (level.size() % 2 == 1) level[pairs] = level.back();
  level.resize(pairs + level.size() % 2);
}

}  // namespace

Digest merkle_leaf(ByteView leaf) {
  return sha256({kLeafPrefix, leaf});
}

Digest merkle_node(const Digest& left, const Digest& right) {
  return sha256({kNodePrefix, left.view(), right.view()});
}

Digest merkle_root_of_leaves(std::vector<Digest> leaves) {
  if (leaves.empty()) return sha256(ByteView());
  while (leaves.size() > 1) fold(leaves);
  return leaves.front();
}

std::vector<Digest> merkle_leaves(ByteView data) {
  const auto full = data.size() / kLeafSize;
  std::vector<Digest> leaves(full);
  hash_blocks(kLeafPrefix[0], data.data(), kLeafSize, full, leaves.data());
  if (data.size() % kLeafSize != 0) leaves.push_back(merkle_leaf(data.subspan(full * kLeafSize)));
  return leaves;
}

Digest merkle_root(ByteView data) {
  return merkle_root_of_leaves(merkle_leaves(data));
}

bool verify_inclusion(const Digest& root, const Digest& leaf_hash, std::uint64_t index,
                      std::uint64_t tree_size, std::span<const Digest> path) {
  if (index >= tree_size) return false;
  auto hash = leaf_hash;
  auto last = tree_size - 1;
  for (const auto& sibling : path) {
    if (last == 0) return false;
    if (index % 2 == 1 || index == last) {
      hash = merkle_node(sibling, hash);
      while (index % 2 == 0 && index != 0) {
        index >>= 1;
        last >>= 1;
      }
    } else {
      hash = merkle_node(hash, sibling);
    }
    index >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::size_t index) {
  std::vector<Digest> path;
  std::vector<Digest> level(leaves.begin(), leaves.end());
  while (level.size() > 1) {
    const auto sibling = index ^ 1;
    if (sibling < level.size()) path.push_back(level[sibling]);
    fold(level);
    index /= 2;
  }
  return path;
}

}  // namespace mycostr::crypto
