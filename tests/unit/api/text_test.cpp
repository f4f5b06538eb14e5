#include "api/text.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace mycostr::api {
namespace {

TEST(Utf8, TakesEveryLength) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain"));
  EXPECT_TRUE(
      is_utf8("\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  for (const auto* text : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
                           "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
                           "\xC2", "\xE2\x82", "\xF0\x9F\x98", "a\xC2z", "\xE2(\xA1"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

TEST(PercentDecode, DecodesAndRefuses) {
  EXPECT_EQ(percent_decode("a%20b%2Bc", false), "a b+c");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  EXPECT_EQ(percent_decode("a+b%2b", true), "a b+");
  EXPECT_EQ(percent_decode("%00", true), std::string(1, '\0'));
  EXPECT_EQ(percent_decode("%2525", true), "%25");
  for (const auto* text : {"%", "%2", "%zz", "a%4", "%-1", "% 1"})
    EXPECT_FALSE(percent_decode(text, true)) << text;
}

TEST(PercentEncode, IsTheInverse) {
  mycostr::test::SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    const auto bytes = random.bytes(random.below(40));
    const auto encoded = percent_encode(as_text(bytes));
    EXPECT_EQ(
        encoded.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%"),
        std::string::npos);
    EXPECT_EQ(percent_decode(encoded, true), as_text(bytes));
  }
}

TEST(Trim, TakesBlanksOff) {
  EXPECT_EQ(trim(" \t a b\t"), "a b");
  EXPECT_EQ(trim(" \t"), "");
}

TEST(Text, ReadsNumbers) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
  for (const auto* text : {"", " 1", "1 ", "+1", "-1", "1.0", "0x1", "18446744073709551616", "one"})
    EXPECT_FALSE(parse_number(text)) << text;
}

}  // namespace
}  // namespace mycostr::api
