#include "crypto/merkle_batch.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "crypto/merkle.hpp"
#include "support/seeded_random.hpp"

namespace mycostr::crypto {
namespace {

std::vector<Digest> leaf_hashes(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(merkle_leaf(as_bytes(fmt::format("leaf {}", i))));
  return leaves;
}

std::vector<ProvenLeaf> proven(const std::vector<Digest>& leaves, const std::vector<std::uint64_t>& indices) {
  std::vector<ProvenLeaf> out;
  for (const auto index : indices) out.push_back({index, leaves[index]});
  return out;
}

/// The indices whose bits are set.
std::vector<std::uint64_t> subset(std::uint64_t bits, std::size_t size) {
  std::vector<std::uint64_t> out;
  for (std::size_t i = 0; i < size; ++i) {
    if (bits >> i & 1) out.push_back(i);
  }
  return out;
}

TEST(BatchPath, ProvesEverySubsetOfEverySmallTree) {
  for (std::size_t size = 1; size <= 11; ++size) {
    const auto leaves = leaf_hashes(size);
    const auto root = merkle_root_of_leaves(leaves);
    for (std::uint64_t bits = 1; bits < 1U << size; ++bits) {
      const auto indices = subset(bits, size);
      const auto path = batch_path(leaves, indices);
      EXPECT_EQ(batch_root(size, proven(leaves, indices), path), root) << bits << " of " << size;
    }
  }
}

TEST(BatchPath, OfOneLeafHoldsItsAuditPath) {
  for (std::size_t size = 1; size <= 70; ++size) {
    const auto leaves = leaf_hashes(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      auto batch = batch_path(leaves, std::vector{index});
      auto single = inclusion_path(leaves, index);
      std::ranges::sort(batch);
      std::ranges::sort(single);
      EXPECT_EQ(batch, single) << index << " of " << size;
    }
  }
}

TEST(BatchPath, IsEmptyWhereEverythingIsProven) {
  const auto leaves = leaf_hashes(37);
  EXPECT_TRUE(batch_path(leaves, subset((1ULL << 37) - 1, 37)).empty());
}

TEST(BatchPath, SharesSiblings) {
  const auto leaves = leaf_hashes(256);
  EXPECT_EQ(batch_path(leaves, std::vector<std::uint64_t>{6, 7}).size(), 7U)
      << "one path of 8, less the pair";
}

TEST(BatchSiblings, OfLargeTreesAreWholeSubtreesInOrder) {
  test::SeededRandom random(1);
  for (int run = 0; run < 200; ++run) {
    const auto size = 1 + random.below(1ULL << 40);
    std::set<std::uint64_t> drawn;
    for (int i = 0; i < 20; ++i) drawn.insert(random.below(size));
    const std::vector<std::uint64_t> indices(drawn.begin(), drawn.end());
    std::uint64_t covered = indices.size();
    std::uint64_t end = 0;
    for (const auto& tree : batch_siblings(size, indices)) {
      EXPECT_GE(tree.first, end);
      end = tree.first + tree.count;
      covered += tree.count;
      EXPECT_TRUE(drawn.lower_bound(tree.first) == drawn.lower_bound(end));
    }
    EXPECT_EQ(covered, size);
  }
}

TEST(BatchRoot, OfAnythingElseIsAnotherOrNone) {
  test::SeededRandom random(2);
  for (int run = 0; run < 2'000; ++run) {
    const auto size = 1 + random.below(40);
    const auto leaves = leaf_hashes(size);
    const auto root = merkle_root_of_leaves(leaves);
    const auto indices = subset(1 + random.below((1ULL << size) - 1), size);
    auto path = batch_path(leaves, indices);
    auto shown = proven(leaves, indices);
    const auto at = random.below(shown.size());
    switch (random.below(6)) {
      case 0:
        shown[at].hash = merkle_leaf(as_bytes("other"));
        break;
      case 1:
        path.push_back(root);
        break;
      case 2:
        if (path.empty()) continue;
        path.pop_back();
        break;
      case 3:
        if (path.empty()) continue;
        path[random.below(path.size())].bytes[5] ^= 1;
        break;
      case 4:
        shown[at].index += 1;
        break;
      default:
        shown.push_back(shown.back());
    }
    EXPECT_NE(batch_root(size, shown, path), root);
  }
}

TEST(BatchRoot, OfAnotherTreeSizeIsAnother) {
  const auto leaves = leaf_hashes(21);
  const std::vector<std::uint64_t> indices{3, 20};
  const auto path = batch_path(leaves, indices);
  for (std::uint64_t size = 0; size < 100; ++size) {
    if (size != 21)
      EXPECT_NE(batch_root(size, proven(leaves, indices), path), merkle_root_of_leaves(leaves)) << size;
  }
}

TEST(BatchRoot, IsSafeForAnyNumbers) {
  test::SeededRandom random(3);
  EXPECT_FALSE(batch_root(0, {}, {}));
  EXPECT_FALSE(batch_root(5, {}, std::vector<Digest>(1)));
  for (int i = 0; i < 20'000; ++i) {
    const auto size = random.below(UINT64_MAX) >> random.below(64);
    std::vector<ProvenLeaf> leaves(random.below(5));
    for (auto& leaf : leaves) leaf.index = random.below(UINT64_MAX) >> random.below(64);
    if (random.chance(1, 2)) std::ranges::sort(leaves, {}, &ProvenLeaf::index);
    EXPECT_NE(batch_root(size, leaves, std::vector<Digest>(random.below(200))), Digest{});
  }
}

TEST(MerkleLeaves, AreThoseOfTheRoot) {
  test::SeededRandom random(4);
  for (const std::size_t size : {0, 1, 4095, 4096, 4097, 8192, 81920, 100'000}) {
    const auto data = random.bytes(size);
    const auto leaves = merkle_leaves(data);
    EXPECT_EQ(leaves.size(), (size + 4095) / 4096);
    EXPECT_EQ(merkle_root_of_leaves(leaves), merkle_root(data));
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const auto rest = ByteView(data).subspan(i * 4096);
      EXPECT_EQ(leaves[i], merkle_leaf(rest.first(std::min<std::size_t>(rest.size(), 4096))));
    }
  }
}

}  // namespace
}  // namespace mycostr::crypto
