// One proof for several leaves of an RFC 6962 tree: siblings that their audit paths share stand in it once,
// and those that can be computed from the proven leaves not at all.
//
// Order of the digests: the tree is walked from its root, left before right, as RFC 6962 section 2.1 divides
// it (the left part of n leaves holds the largest power of two below n). A subtree without a proven leaf
// gives its root and is not entered.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/ids.hpp"

namespace mycostr::crypto {

/// `count` leaves from `first` on: a whole subtree of the tree's.
struct Subtree {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  bool operator==(const Subtree&) const = default;
};

/// The subtrees whose roots the proof of `indices` needs, in its order. Any thread.
/// REQUIRES: indices are sorted, distinct, below tree_size, at least one
std::vector<Subtree> batch_siblings(std::uint64_t tree_size, std::span<const std::uint64_t> indices);

/// The proof of `indices`: subtree_root(first, count) of each of batch_siblings(). Same REQUIRES.
std::vector<Digest> batch_path(
    std::uint64_t tree_size, std::span<const std::uint64_t> indices,
    const std::function<Digest(std::uint64_t first, std::uint64_t count)>& subtree_root);
/// The same where all leaves' hashes are at hand.
std::vector<Digest> batch_path(std::span<const Digest> leaves, std::span<const std::uint64_t> indices);

struct ProvenLeaf {
  std::uint64_t index = 0;
  Digest hash;  ///< merkle_leaf() of its bytes
};

/// The root of the tree that these leaves and this proof are of; nothing where the leaves are none, not
/// strictly ascending or beyond the tree, or the path is not exactly as long as their proof. Any input is
/// safe: work is bounded by 64 digests a leaf.
std::optional<Digest> batch_root(std::uint64_t tree_size, std::span<const ProvenLeaf> leaves,
                                 std::span<const Digest> path);

}  // namespace mycostr::crypto
