#include "api/time_text.hpp"

#include <gtest/gtest.h>

namespace mycostr::api {
namespace {

TEST(TimeText, ReadsWhatIsWritten) {
  for (const std::int64_t ms :
       {0LL, 1LL, -1LL, 1'769'903'999'123LL, 1'709'164'800'007LL, -62'167'219'200'000LL}) {
    EXPECT_EQ(parse_rfc3339(to_rfc3339(from_unix_ms(ms))), from_unix_ms(ms)) << ms;
  }
}

TEST(TimeText, TakesAnyFraction) {
  const auto whole = parse_rfc3339("2024-02-29T23:59:59Z");
  ASSERT_TRUE(whole);
  EXPECT_EQ(parse_rfc3339("2024-02-29T23:59:59.0Z"), whole);
  EXPECT_EQ(parse_rfc3339("2024-02-29T23:59:59.5Z"), *whole + std::chrono::milliseconds(500));
  EXPECT_EQ(parse_rfc3339("2024-02-29T23:59:59.123456789Z"), *whole + std::chrono::milliseconds(123));
}

TEST(TimeText, RefusesAnythingElse) {
  for (const auto* text : {"",
                           "Z",
                           "2024-02-29",
                           "2024-02-29T23:59:59",
                           "2024-02-29T23:59:59z",
                           "2024-02-29 23:59:59Z",
                           "2024-02-29T23:59:59+00:00",
                           "2023-02-29T00:00:00Z",
                           "2024-13-01T00:00:00Z",
                           "2024-00-01T00:00:00Z",
                           "2024-01-32T00:00:00Z",
                           "2024-01-01T24:00:00Z",
                           "2024-01-01T00:60:00Z",
                           "2024-01-01T00:00:60Z",
                           "2024-01-01T00:00:00.Z",
                           "2024-01-01T00:00:00.1234567890Z",
                           "2024-01-01T00:00:00,5Z",
                           "2024-01-01T00:00:00.5aZ",
                           "24-01-01T00:00:00Z",
                           "-2024-01-01T00:00:00Z",
                           "2024-01-01T00:00:00ZZ",
                           "2024-1-01T00:00:00Z",
                           "2024/01/01T00:00:00Z",
                           "２024-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

}  // namespace
}  // namespace mycostr::api
