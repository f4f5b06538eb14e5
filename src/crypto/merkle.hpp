// Merkle trees of RFC 6962, section 2.1: leaf = SHA-256(0x00 || bytes), node = SHA-256(0x01 || left ||
// right).
#pragma once

#include <vector>

#include "base/ids.hpp"

namespace mycostr::crypto {

Digest merkle_leaf(ByteView leaf);
Digest merkle_node(const Digest& left, const Digest& right);

/// Root over leaves that have been hashed already; of none: SHA-256 of nothing. Any thread.
Digest merkle_root_of_leaves(std::vector<Digest> leaves);

/// merkle_leaf() of each 4 KiB leaf of `data` (the last one may be shorter). Any thread.
std::vector<Digest> merkle_leaves(ByteView data);

/// Root over the 4 KiB leaves of `data` (the last one may be shorter). Any thread.
Digest merkle_root(ByteView data);

/// RFC 6962 section 2.1.1: whether `path` (audit path, leaf's sibling first) proves that `leaf_hash` is leaf
/// `index` of the tree of `tree_size` leaves with that root. Any input is safe; false unless all of it fits.
bool verify_inclusion(const Digest& root, const Digest& leaf_hash, std::uint64_t index,
                      std::uint64_t tree_size, std::span<const Digest> path);

/// The audit path of leaf `index`. REQUIRES: index < leaves.size()
std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::size_t index);

}  // namespace mycostr::crypto
