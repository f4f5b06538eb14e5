#include "crypto/merkle.hpp"

#include <sodium.h>

#include "base/units.hpp"
#include "crypto/sha256.hpp"
#include "support/seeded_random.hpp"
#include "unit/crypto/vectors.hpp"

namespace mycostr::crypto {
namespace {

/// RFC 6962, section 2.1, to the letter.
Digest naive_root(std::span<const Bytes> leaves) {
  if (leaves.empty()) return sha256(ByteView());
  if (leaves.size() == 1) return sha256({as_bytes(std::string_view("\0", 1)), leaves[0]});
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  const auto left = naive_root(leaves.first(k));
  const auto right = naive_root(leaves.subspan(k));
  return sha256({as_bytes("\1"), left.view(), right.view()});
}

std::vector<Digest> leaf_hashes(std::size_t count) {
  std::vector<Digest> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(merkle_leaf(as_bytes(std::to_string(i))));
  return out;
}

TEST(MerkleRoot, IsRfc6962ForEverySize) {
  test::SeededRandom random(5);
  for (std::size_t count = 0; count <= 70; ++count) {
    for (const std::size_t last : {kLeafSize, std::size_t{1}, std::size_t{4095}}) {
      SCOPED_TRACE(fmt::format("{} leaves, the last of {} bytes", count, last));
      std::vector<Bytes> leaves;
      Bytes data;
      for (std::size_t i = 0; i < count; ++i) {
        leaves.push_back(random.bytes(i + 1 == count ? last : kLeafSize));
        data.insert(data.end(), leaves.back().begin(), leaves.back().end());
      }
      EXPECT_EQ(merkle_root(data), naive_root(leaves));
    }
  }
}

TEST(MerkleRoot, SetsLeavesApartFromNodes) {
  const auto leaves = leaf_hashes(2);
  const auto root = merkle_root_of_leaves(leaves);
  Bytes joined(leaves[0].bytes.begin(), leaves[0].bytes.end());
  joined.insert(joined.end(), leaves[1].bytes.begin(), leaves[1].bytes.end());
  EXPECT_NE(merkle_leaf(joined), root);
}

/// Nothing where a field is no 32 bytes: such a proof does not get past the decoder.
std::optional<Digest> digest_of(const nlohmann::json& field) {
  const auto text = field.get<std::string>();
  Bytes out(text.size() + 1);  // libsodium takes no null pointer
  std::size_t size = 0;
  EXPECT_EQ(sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, nullptr,
                              sodium_base64_VARIANT_ORIGINAL),
            0);
  out.resize(size);
  return Digest::from(out);
}

bool accepts(const nlohmann::json& vector) {
  const auto root = digest_of(vector["root"]);
  const auto leaf = digest_of(vector["leafHash"]);
  if (!root || !leaf) return false;
  std::vector<Digest> path;
  if (!vector["proof"].is_null()) {
    for (const auto& item : vector["proof"]) {
      const auto digest = digest_of(item);
      if (!digest) return false;
      path.push_back(*digest);
    }
  }
  return verify_inclusion(*root, *leaf, vector["leafIdx"].get<std::uint64_t>(),
                          vector["treeSize"].get<std::uint64_t>(), path);
}

TEST(VerifyInclusion, AgreesWithPublishedVectors) {
  int accepted = 0;
  for (const auto& vector : test::read_vectors("merkle_inclusion.json")) {
    EXPECT_EQ(accepts(vector), !vector["wantErr"].get<bool>()) << vector["name"];
    accepted += accepts(vector) ? 1 : 0;
  }
  EXPECT_EQ(accepted, 6);
}

TEST(InclusionPath, ProvesEveryLeafOfEverySize) {
  for (std::size_t size = 1; size <= 70; ++size) {
    const auto leaves = leaf_hashes(size);
    const auto root = merkle_root_of_leaves(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      const auto path = inclusion_path(leaves, index);
      EXPECT_TRUE(verify_inclusion(root, leaves[index], index, size, path)) << index << " of " << size;
    }
  }
}

TEST(InclusionPath, ProvesNothingElse) {
  const auto other = merkle_leaf(as_bytes("other"));
  for (std::size_t size = 1; size <= 20; ++size) {
    const auto leaves = leaf_hashes(size);
    const auto root = merkle_root_of_leaves(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      SCOPED_TRACE(fmt::format("{} of {}", index, size));
      auto path = inclusion_path(leaves, index);
      EXPECT_FALSE(verify_inclusion(root, other, index, size, path));
      EXPECT_FALSE(verify_inclusion(other, leaves[index], index, size, path));
      EXPECT_FALSE(verify_inclusion(root, leaves[index], index, 0, path));
      EXPECT_FALSE(verify_inclusion(root, leaves[index], UINT64_MAX, size, path));
      for (std::uint64_t elsewhere = 0; elsewhere < size + 2; ++elsewhere) {
        if (elsewhere != index) EXPECT_FALSE(verify_inclusion(root, leaves[index], elsewhere, size, path));
      }
      path.push_back(other);
      EXPECT_FALSE(verify_inclusion(root, leaves[index], index, size, path));
      path.pop_back();
      if (path.empty()) continue;
      path.pop_back();
      EXPECT_FALSE(verify_inclusion(root, leaves[index], index, size, path));
    }
  }
}

TEST(VerifyInclusion, IsSafeForAnyNumbers) {
  test::SeededRandom random(6);
  const auto leaf = merkle_leaf({});
  for (int i = 0; i < 20'000; ++i) {
    const auto index = random.below(UINT64_MAX) >> random.below(64);
    const auto size = random.below(UINT64_MAX) >> random.below(64);
    std::vector<Digest> path(random.below(70));
    EXPECT_FALSE(verify_inclusion(Digest{}, leaf, index, size, path));
  }
}

}  // namespace
}  // namespace mycostr::crypto
