#include "dht/distance.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace mycostr::dht {
namespace {

NodeId exclusive_or(const NodeId& a, const NodeId& b) {
  NodeId out;
  for (std::size_t i = 0; i < NodeId::kSize; ++i) out.bytes[i] = a.bytes[i] ^ b.bytes[i];
  return out;
}

NodeId flipped(NodeId id, std::size_t bit) {
  id.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
  return id;
}

TEST(Distance, IsTheExclusiveOrAsABigEndianNumber) {
  test::SeededRandom random(1);
  for (int i = 0; i < 2000; ++i) {
    const auto target = random.make<NodeId>();
    const auto a = random.make<NodeId>();
    // Far ones, and such that differ only late.
    const auto b = random.chance(1, 2) ? random.make<NodeId>() : flipped(a, random.below(256));
    EXPECT_EQ(is_closer(target, a, b), exclusive_or(target, a).bytes < exclusive_or(target, b).bytes);
  }
}

TEST(Distance, OrdersStrictly) {
  test::SeededRandom random(2);
  for (int i = 0; i < 500; ++i) {
    const auto target = random.make<NodeId>();
    const auto a = random.make<NodeId>();
    const auto b = random.make<NodeId>();
    const auto c = random.make<NodeId>();
    EXPECT_FALSE(is_closer(target, a, a));
    EXPECT_NE(is_closer(target, a, b), is_closer(target, b, a));
    EXPECT_TRUE(is_closer(target, target, a)) << "nothing is closer than the target itself";
    if (is_closer(target, a, b) && is_closer(target, b, c)) EXPECT_TRUE(is_closer(target, a, c));
  }
}

TEST(Distance, SeesTheLastBit) {
  const auto target = test::SeededRandom(3).make<NodeId>();
  EXPECT_TRUE(is_closer(target, target, flipped(target, 255)));
  EXPECT_TRUE(is_closer(target, flipped(target, 255), flipped(target, 254)));
}

TEST(CommonPrefix, CountsToTheFirstBitThatDiffers) {
  const auto id = test::SeededRandom(4).make<NodeId>();
  EXPECT_EQ(common_prefix(id, id), 256U);
  for (std::size_t bit = 0; bit < 256; ++bit) {
    EXPECT_EQ(common_prefix(id, flipped(id, bit)), bit);
    if (bit < 255) EXPECT_EQ(common_prefix(flipped(flipped(id, bit), 255), id), bit);
  }
}

TEST(CommonPrefix, IsMadeExactlyAtEveryLength) {
  test::SeededRandom random(5);
  for (std::size_t bits = 0; bits < 256; ++bits) {
    const auto id = random.make<NodeId>();
    for (const auto& noise : {random.make<NodeId>(), id, flipped(id, bits)}) {
      const auto made = with_common_prefix(id, bits, noise);
      EXPECT_EQ(common_prefix(id, made), bits);
      for (auto bit = bits + 1; bit < 256; ++bit) {
        const auto mask = 0x80 >> bit % 8;
        EXPECT_EQ(made.bytes[bit / 8] & mask, noise.bytes[bit / 8] & mask) << bits << " " << bit;
      }
    }
  }
}

}  // namespace
}  // namespace mycostr::dht
