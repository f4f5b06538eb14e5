#include "base/time.hpp"

#include <gtest/gtest.h>

namespace mycostr {
namespace {

using namespace std::chrono_literals;

TEST(Rfc3339, IsUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339(from_unix_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(from_unix_ms(1'769'903'999'123)), "2026-01-31T23:59:59.123Z");
  EXPECT_EQ(to_rfc3339(from_unix_ms(1'709'164'800'007)), "2024-02-29T00:00:00.007Z");
  EXPECT_EQ(to_rfc3339(from_unix_ms(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(UnixMs, RoundTrips) {
  for (const std::int64_t ms : {0LL, 1LL, 1'769'903'999'123LL, (1LL << 48) - 1}) {
    EXPECT_EQ(to_unix_ms(from_unix_ms(ms)), ms);
  }
}

TEST(ParseDuration, ReadsEachUnit) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("3s"), 3s);
  EXPECT_EQ(parse_duration("15m"), 15min);
  EXPECT_EQ(parse_duration("6h"), 6h);
  EXPECT_EQ(parse_duration("14d"), 14 * 24h);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

TEST(ParseDuration, EndsAtAHundredYears) {
  EXPECT_EQ(parse_duration("36525d"), 36525 * 24h);
  EXPECT_FALSE(parse_duration("36526d"));
  EXPECT_FALSE(parse_duration("18446744073709551615d"));
  EXPECT_FALSE(parse_duration("18446744073709551615ms"));
  EXPECT_FALSE(parse_duration("99999999999999999999s"));
}

TEST(ParseDuration, RefusesOtherText) {
  for (const auto* text :
       {"", "s", "3", "3 s", " 3s", "3s ", "-3s", "+3s", "1.5s", "3S", "3sec", "3us", "1h30m", "3sm"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace mycostr
