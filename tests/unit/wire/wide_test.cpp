#include "wire/wide.hpp"

#include <gtest/gtest.h>

namespace mycostr::wire {
namespace {

constexpr Wide kMost{~Uint128{0}};

TEST(Wide, IsShownInDecimal) {
  EXPECT_EQ(to_string(Wide()), "0");
  EXPECT_EQ(to_string(Wide(1'000'000)), "1000000");
  EXPECT_EQ(to_string(kMost), "340282366920938463463374607431768211455");
}

TEST(Wide, TravelsAsSixteenBytes) {
  const Wide number(Uint128{0x0102030405060708} << 64 | 0x090a0b0c0d0e0f10);
  const auto bytes = to_bytes(number);
  EXPECT_EQ(to_hex(bytes), "0102030405060708090a0b0c0d0e0f10");
  EXPECT_EQ(*wide_from(bytes), number);
  EXPECT_EQ(*wide_from(to_bytes(kMost)), kMost);
  EXPECT_FALSE(wide_from(Bytes(15)));
  EXPECT_FALSE(wide_from(Bytes(17)));
}

TEST(Wide, NeverWrapsAround) {
  EXPECT_EQ(*sum(kMost, Wide(0)), kMost);
  EXPECT_FALSE(sum(kMost, Wide(1)));
  EXPECT_EQ(*product(kMost, Wide(1)), kMost);
  EXPECT_EQ(*product(kMost, Wide(0)), Wide(0));
  EXPECT_EQ(*product(Wide(Uint128{1} << 64), Wide((Uint128{1} << 64) - 1)),
            Wide(((Uint128{1} << 64) - 1) << 64));
  EXPECT_FALSE(product(Wide(Uint128{1} << 64), Wide(Uint128{1} << 64)));
  EXPECT_FALSE(product(Wide(3), kMost));
}

}  // namespace
}  // namespace mycostr::wire
