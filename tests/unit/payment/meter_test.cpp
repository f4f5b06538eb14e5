#include "payment/meter.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/seeded_random.hpp"

namespace mycostr::payment {
namespace {

using wire::Uint128;
using wire::Wide;

WallTime at(std::int64_t ms) {
  return from_unix_ms(ms);
}

RevisionPoint point(std::uint64_t number, std::int64_t ms, std::uint64_t bytes) {
  return {number, at(ms), {bytes}, {}, false};
}

TEST(Meter, CountsWhatIsInForceAllTheTime) {
  EXPECT_EQ(byte_ms({100}, {}, at(1000), at(1500)), Wide(50'000));
  EXPECT_EQ(byte_ms({0}, {}, at(1000), at(1500)), Wide(0));
  EXPECT_EQ(byte_ms({100}, {}, at(1000), at(1000)), Wide(0));
}

TEST(Meter, ARevisionCountsFromItsTimeOn) {
  const std::vector points{point(1, 1100, 200), point(2, 1400, 50)};
  EXPECT_EQ(byte_ms({100}, points, at(1000), at(1500)), Wide(100 * 100 + 300 * 200 + 100 * 50));
}

TEST(Meter, OneFromBeforeCountsFromTheStart) {
  const std::vector points{point(1, 200, 7), point(2, 900, 300)};
  EXPECT_EQ(byte_ms({100}, points, at(1000), at(1500)), Wide(500 * 300));
}

TEST(Meter, OneAfterTheEndCountsNothing) {
  const std::vector points{point(1, 1500, 7), point(2, 9000, 300)};
  EXPECT_EQ(byte_ms({100}, points, at(1000), at(1500)), Wide(500 * 100));
}

TEST(Meter, TimeNeverGoesBack) {
  const std::vector points{point(1, 1300, 10), point(2, 1200, 20)};
  EXPECT_EQ(byte_ms({100}, points, at(1000), at(1500)), Wide(300 * 100 + 200 * 20));
}

TEST(Meter, PartsAddUpToTheWhole) {
  test::SeededRandom random(3);
  for (int run = 0; run < 500; ++run) {
    std::vector<RevisionPoint> points;
    std::int64_t ms = 1000;
    for (std::uint64_t n = 1; n <= random.below(20); ++n) {
      ms += static_cast<std::int64_t>(random.below(100));
      points.push_back(point(n, ms, random.below(1'000'000)));
    }
    const auto middle = at(1000 + static_cast<std::int64_t>(random.below(2000)));
    const auto end = at(3100);
    const auto split =
        std::ranges::partition_point(points, [&](const auto& p) { return is_before(p, middle); });
    const std::span early(points.begin(), split);
    const std::span late(split, points.end());
    const auto first = byte_ms({5}, early, at(1000), middle);
    const auto second = byte_ms(early.empty() ? ByteCount{5} : early.back().bytes, late, middle, end);
    EXPECT_EQ(first.value + second.value, byte_ms({5}, points, at(1000), end).value);
  }
}

TEST(Meter, ALastRevisionAtTheEndIsOfTheTime) {
  EXPECT_TRUE(is_before({1, at(9), {}, {}, false}, at(10)));
  EXPECT_FALSE(is_before({1, at(10), {}, {}, false}, at(10)));
  EXPECT_TRUE(is_before({1, at(10), {}, {}, true}, at(10)));
  EXPECT_FALSE(is_before({1, at(11), {}, {}, true}, at(10)));
}

TEST(Meter, TheLargestNumbersThereAreFit) {
  const auto most = byte_ms({UINT64_MAX}, {}, at(0), at((1LL << 48) - 1));
  EXPECT_EQ(most.value, Uint128{UINT64_MAX} * ((1LL << 48) - 1));
}

}  // namespace
}  // namespace mycostr::payment
