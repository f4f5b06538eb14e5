#include "payment/rate.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace mycostr::payment {
namespace {

using wire::AuditWord;
using wire::Uint128;
using wire::Wide;

constexpr std::uint64_t kHourMs = 3'600'000;

TEST(Rate, ATerabyteForAMonthCostsItsPrice) {
  const wire::Figures month{Wide(Uint128{1'000'000'000'000} * 730 * kHourMs), AuditWord::passed};
  const auto sums = add_up({0}, Wide(), month, 40'000);
  ASSERT_TRUE(sums);
  EXPECT_EQ(sums->amount, Msat{40'000});
  EXPECT_EQ(sums->remainder, Wide());
}

TEST(Rate, AnHourOfOneChunkIsKeptAsARemainder) {
  const wire::Figures hour{Wide(Uint128{1 << 20} * kHourMs), AuditWord::passed};
  const auto sums = add_up({0}, Wide(), hour, 4'000'000);
  ASSERT_TRUE(sums);
  EXPECT_EQ(sums->amount, Msat{0});
  EXPECT_EQ(sums->remainder, Wide(Uint128{1 << 20} * kHourMs * 4'000'000));
}

TEST(Rate, WhatFailedOrWasMissedEarnsNothing) {
  const wire::Figures much{kUnitsPerMsat, AuditWord::failed};
  EXPECT_EQ(*add_up({3}, Wide(5), much, 7), (Sums{{0}, {3}, Wide(5)}));
  EXPECT_EQ(*add_up({3}, Wide(5), {kUnitsPerMsat, AuditWord::missed}, 7), (Sums{{0}, {3}, Wide(5)}));
  EXPECT_EQ(*add_up({3}, Wide(5), {kUnitsPerMsat, AuditWord::unknown}, 7), (Sums{{7}, {10}, Wide(5)}));
}

TEST(Rate, AmountsAddUpToTheFloorOfTheWhole) {
  test::SeededRandom random(1);
  for (int run = 0; run < 200; ++run) {
    Sums sums;
    Uint128 units = 0;
    std::int64_t amounts = 0;
    const auto price = 1 + random.below(10'000'000);
    for (int hour = 0; hour < 100; ++hour) {
      const Wide byte_ms(Uint128{random.below(std::uint64_t{1} << 44)} * kHourMs);
      units += byte_ms.value * price;
      sums = *add_up(sums.total, sums.remainder, {byte_ms, AuditWord::passed}, price);
      amounts += sums.amount.value;
      ASSERT_LT(sums.remainder, kUnitsPerMsat);
    }
    EXPECT_EQ(amounts, sums.total.value);
    EXPECT_EQ(static_cast<Uint128>(sums.total.value), units / kUnitsPerMsat.value);
    EXPECT_EQ(sums.remainder.value, units % kUnitsPerMsat.value);
  }
}

TEST(Rate, WhatDoesNotFitIsRefused) {
  const wire::Figures most{Wide(~Uint128{0}), AuditWord::passed};
  EXPECT_EQ(add_up({0}, Wide(), most, 2).error().code, Errc::invalid);
  EXPECT_EQ(add_up({0}, Wide(1), most, 1).error().code, Errc::invalid);
  EXPECT_TRUE(add_up({0}, Wide(), most, 1));
  const wire::Figures one_msat{kUnitsPerMsat, AuditWord::passed};
  EXPECT_TRUE(add_up({INT64_MAX - 1}, Wide(), one_msat, 1));
  EXPECT_EQ(add_up({INT64_MAX}, Wide(), one_msat, 1).error().code, Errc::invalid);
}

}  // namespace
}  // namespace mycostr::payment
