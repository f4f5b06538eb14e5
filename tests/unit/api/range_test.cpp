#include "api/range.hpp"

#include <gtest/gtest.h>

namespace mycostr::api {
namespace {

TEST(Range, SingleOnes) {
  const auto check = [](const char* field, std::uint64_t size, std::uint64_t begin, std::uint64_t end) {
    const auto choice = choose_range(field, size);
    const auto* range = std::get_if<files::ByteRange>(&choice);
    ASSERT_NE(range, nullptr) << field;
    EXPECT_EQ(range->begin, begin) << field;
    EXPECT_EQ(range->end, end) << field;
  };
  check("bytes=0-0", 10, 0, 1);
  check("bytes=5-9", 10, 5, 10);
  check("bytes=9-", 10, 9, 10);
  check("bytes=0-", 10, 0, 10);
  check("bytes=-7", 10, 3, 10);
  check("bytes=-70", 10, 0, 10);
  check("bytes=3-99999999999999999999999", 10, 3, 10);
  check("BYTES=1-2", 10, 1, 3);
  check("bytes=0-18446744073709551615", 10, 0, 10);
  check("bytes=-99999999999999999999999", 10, 0, 10);
}

TEST(Range, Unsatisfiable) {
  const std::pair<const char*, std::uint64_t> cases[] = {{"bytes=10-", 10},
                                                         {"bytes=10-20", 10},
                                                         {"bytes=-0", 10},
                                                         {"bytes=0-", 0},
                                                         {"bytes=0-0", 0},
                                                         {"bytes=-5", 0},
                                                         {"bytes=99999999999999999999999-", 10}};
  for (const auto& [field, size] : cases) {
    EXPECT_TRUE(std::holds_alternative<Unsatisfiable>(choose_range(field, size))) << field;
  }
}

TEST(Range, AllElseIsTheWholeFile) {
  for (const auto* field : {"bytes=0-1,5-6", "bytes=9-5", "bytes=a-b", "lines=1-2", "bytes",
                            "bytes=", "bytes=-", "bytes=1", "bytes=1-2-3", "bytes=--1", "bytes=+1-2",
                            "bytes= 1-2", "bytes=1 -2", "", "0-1", "bytes=1-x", "bytes=0x1-2"}) {
    EXPECT_TRUE(std::holds_alternative<WholeFile>(choose_range(field, 10))) << field;
  }
}

TEST(IfNoneMatch, ComparesWeakly) {
  for (const auto* field :
       {"\"a\"", "\"b\", \"a\"", "W/\"a\"", "\"b\",W/\"a\" , \"c\"", "*", " * ", ",\"a\""}) {
    EXPECT_TRUE(none_match_names(field, "\"a\"")) << field;
  }
  for (const auto* field : {"\"b\"", "", "a", "\"a", "W/a", "\"b\", a, \"a\"", "\"ab\"", "\"b\"*", "**"}) {
    EXPECT_FALSE(none_match_names(field, "\"a\"")) << field;
  }
}

TEST(IfRange, ComparesStrongly) {
  EXPECT_TRUE(if_range_holds("\"a\"", "\"a\""));
  for (const auto* field : {"W/\"a\"", "\"b\"", "*", "", "Sat, 01 Jan 2022 00:00:00 GMT", "\"a\", \"b\""}) {
    EXPECT_FALSE(if_range_holds(field, "\"a\"")) << field;
  }
}

}  // namespace
}  // namespace mycostr::api
