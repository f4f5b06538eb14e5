#include "crypto/block_hash.hpp"

#include <gtest/gtest.h>

#include <random>

#include "crypto/sha256.hpp"
#include "crypto/sha256_pair.hpp"
#include "crypto/sha256_wide.hpp"

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
    for (const std::size_t count : {0, 1, 2, 3, 7, 15, 16, 17, 35}) {
      const auto data = random_bytes(block_size * count, static_cast<unsigned>(block_size + count));
      std::vector<Digest> got(count), want(count);
      hash_blocks(1, data.data(), block_size, count, got.data());
      hash_blocks_portable(1, data.data(), block_size, count, want.data());
      EXPECT_EQ(got, want) << block_size << " x " << count;
    }
  }
}

TEST(BlockHash, MayWriteOverItsInput) {
  for (const std::size_t count : {8, 16, 50}) {
    auto data = random_bytes(64 * count, 5);
    std::vector<Digest> want(count);
    hash_blocks_portable(1, data.data(), 64, count, want.data());
    hash_blocks(1, data.data(), 64, count, reinterpret_cast<Digest*>(data.data()));
    EXPECT_EQ(std::memcmp(data.data(), want.data(), count * Digest::kSize), 0);
  }
}

TEST(BlockHash, UsesSixteenLanesWhereTheProcessorHasThem) {
  if (!has_sha256_wide()) GTEST_SKIP() << "no AVX-512 here";
  for (const std::size_t size : {64, 128, 4096}) {
    const auto data = random_bytes(kSha256Lanes * size, 9);
    std::vector<Digest> got(kSha256Lanes), want(kSha256Lanes);
    sha256_wide(1, data.data(), size, got.front().bytes.data());
    hash_blocks_portable(1, data.data(), size, kSha256Lanes, want.data());
    EXPECT_EQ(got, want) << size;
  }
}

/// hash_blocks() prefers sixteen lanes: the rest must be right where there are none.
TEST(BlockHash, PairsAreRightForEverySize) {
  if (!has_sha256_pair()) GTEST_SKIP() << "no SHA extensions here";
  for (const std::size_t size : {64, 128, 192, 8192}) {
    const auto data = random_bytes(2 * size, static_cast<unsigned>(size));
    std::vector<Digest> got(2), want(2);
    sha256_pair(1, data.data(), size, got.front().bytes.data());
    hash_blocks_portable(1, data.data(), size, 2, want.data());
    EXPECT_EQ(got, want) << size;
  }
}

}  // namespace
}  // namespace mycostr::crypto
