#include "crypto/block_hash.hpp"

#include <gtest/gtest.h>

#include <random>

#include "crypto/sha256.hpp"
#include "crypto/sha256_pair.hpp"

namespace mycostr::crypto {
namespace {

Bytes random_bytes(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  Bytes out(size);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

TEST(BlockHash, IsTheSameAsOneDigestAtATime) {
  for (const std::size_t block_size : {64, 128, 192, 4096}) {
    for (const std::size_t count : {0, 1, 2, 3, 7, 16}) {
      const auto data = random_bytes(block_size * count, static_cast<unsigned>(block_size + count));
      std::vector<Digest> got(count), want(count);
      hash_blocks(1, data.data(), block_size, count, got.data());
      hash_blocks_portable(1, data.data(), block_size, count, want.data());
      EXPECT_EQ(got, want) << block_size << " x " << count;
    }
  }
}

TEST(BlockHash, MayWriteOverItsInput) {
  auto data = random_bytes(64 * 8, 5);
  std::vector<Digest> want(8);
  hash_blocks_portable(1, data.data(), 64, 8, want.data());
  hash_blocks(1, data.data(), 64, 8, reinterpret_cast<Digest*>(data.data()));
  EXPECT_EQ(std::memcmp(data.data(), want.data(), 8 * Digest::kSize), 0);
}

TEST(BlockHash, UsesThePairWhereTheProcessorHasIt) {
  if (!has_sha256_pair()) GTEST_SKIP() << "no SHA extensions here";
  const auto data = random_bytes(2 * 4096, 9);
  Digest first, second;
  sha256_pair(0, {data.data(), data.data() + 4096}, 4096, {first.bytes.data(), second.bytes.data()});
  const std::uint8_t prefix = 0;
  EXPECT_EQ(first, sha256({ByteView(&prefix, 1), ByteView(data).first(4096)}));
  EXPECT_EQ(second, sha256({ByteView(&prefix, 1), ByteView(data).last(4096)}));
}

}  // namespace
}  // namespace mycostr::crypto
