#include "crypto/merkle_batch.hpp"

#include <algorithm>
#include <bit>

#include "crypto/merkle.hpp"

namespace mycostr::crypto {
namespace {

/// Where a tree of `count` leaves divides. REQUIRES: count > 1
std::uint64_t left_part(std::uint64_t count) {
  return std::bit_floor(count - 1);
}

/// The sorted `leaves` of a subtree, divided at `middle`.
template <class Leaf, class Index>
std::pair<std::span<const Leaf>, std::span<const Leaf>> divide(std::span<const Leaf> leaves,
                                                               std::uint64_t middle, Index index) {
  const auto right = std::ranges::lower_bound(leaves, middle, {}, index);
  const auto left_count = static_cast<std::size_t>(right - leaves.begin());
  return {leaves.first(left_count), leaves.subspan(left_count)};
}

void add_siblings(Subtree tree, std::span<const std::uint64_t> indices, std::vector<Subtree>& out) {
  if (indices.empty()) {
    out.push_back(tree);
    return;
  }
  if (indices.size() == tree.count) return;  // all of it is proven
  const auto half = left_part(tree.count);
  const auto [left, right] = divide(indices, tree.first + half, std::identity());
  add_siblings({tree.first, half}, left, out);
  add_siblings({tree.first + half, tree.count - half}, right, out);
}

/// Computes roots downwards from the whole tree's, taking digests of the path in its order.
class RootBuilder {
 public:
  explicit RootBuilder(std::span<const Digest> path) : path_(path) {}

  std::optional<Digest> root_of(Subtree tree, std::span<const ProvenLeaf> leaves) {
    if (leaves.empty()) return next();
    if (tree.count == 1) return leaves.front().hash;
    const auto half = left_part(tree.count);
    const auto [left, right] = divide(leaves, tree.first + half, &ProvenLeaf::index);
    const auto left_root = root_of({tree.first, half}, left);
    if (!left_root) return std::nullopt;
    const auto right_root = root_of({tree.first + half, tree.count - half}, right);
    if (!right_root) return std::nullopt;
    return merkle_node(*left_root, *right_root);
  }
  bool used_up() const { return path_.empty(); }

 private:
  std::optional<Digest> next() {
    if (path_.empty()) return std::nullopt;
    const auto digest = path_.front();
    path_ = path_.subspan(1);
    return digest;
  }

  std::span<const Digest> path_;
};

Digest root_of_range(std::span<const Digest> leaves, std::uint64_t first, std::uint64_t count) {
  const auto range = leaves.subspan(first, count);
  return merkle_root_of_leaves({range.begin(), range.end()});
}

}  // namespace

std::vector<Subtree> batch_siblings(std::uint64_t tree_size, std::span<const std::uint64_t> indices) {
  std::vector<Subtree> out;
  add_siblings({0, tree_size}, indices, out);
  return out;
}

std::vector<Digest> batch_path(
    std::uint64_t tree_size, std::span<const std::uint64_t> indices,
    const std::function<Digest(std::uint64_t first, std::uint64_t count)>& subtree_root) {
  std::vector<Digest> path;
  for (const auto& tree : batch_siblings(tree_size, indices)) {
    path.push_back(subtree_root(tree.first, tree.count));
  }
  return path;
}

std::vector<Digest> batch_path(std::span<const Digest> leaves, std::span<const std::uint64_t> indices) {
  return batch_path(leaves.size(), indices, [&](std::uint64_t first, std::uint64_t count) {
    return root_of_range(leaves, first, count);
  });
}

std::optional<Digest> batch_root(std::uint64_t tree_size, std::span<const ProvenLeaf> leaves,
                                 std::span<const Digest> path) {
  if (leaves.empty() || leaves.back().index >= tree_size) return std::nullopt;
  const auto not_ascending = [](const ProvenLeaf& a, const ProvenLeaf& b) { return a.index >= b.index; };
  if (std::ranges::adjacent_find(leaves, not_ascending) != leaves.end()) return std::nullopt;
  RootBuilder builder(path);
  const auto root = builder.root_of({0, tree_size}, leaves);
  return builder.used_up() ? root : std::nullopt;
}

}  // namespace mycostr::crypto
