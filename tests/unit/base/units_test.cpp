#include "base/units.hpp"

#include <gtest/gtest.h>

namespace mycostr {
namespace {

TEST(Size, ReadsDecimalAndBinaryUnits) {
  const std::pair<std::string_view, std::uint64_t> expected[] = {{"0", 0},
                                                                 {"4096", 4096},
                                                                 {"1kB", 1000},
                                                                 {"1KB", 1000},
                                                                 {"3MB", 3'000'000},
                                                                 {"100GB", 100'000'000'000},
                                                                 {"2TB", 2'000'000'000'000},
                                                                 {"1PB", 1'000'000'000'000'000},
                                                                 {"1KiB", 1024},
                                                                 {"1MiB", 1 << 20},
                                                                 {"5GiB", 5ULL << 30},
                                                                 {"2TiB", 2ULL << 40},
                                                                 {"1PiB", 1ULL << 50},
                                                                 {"16383PiB", 16383ULL << 50},
                                                                 {"18446744073709551615", UINT64_MAX}};
  for (const auto& [text, bytes] : expected) EXPECT_EQ(parse_size(text), ByteCount{bytes}) << text;
}

TEST(Size, RefusesTheRest) {
  for (const auto* text : {"",
                           "lots",
                           "GB",
                           "-1",
                           "+1",
                           "1.5GB",
                           "1 GB",
                           " 1",
                           "1 ",
                           "1gb",
                           "1kb",
                           "1Kib",
                           "1EB",
                           "1B",
                           "0x10",
                           "16384PiB",
                           "18447PB",
                           "18446744073709551616",
                           "99999999999999999999GB",
                           "1GBs"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(Size, IsWrittenShortAndExactly) {
  const std::pair<std::uint64_t, std::string_view> expected[] = {{0, "0"},
                                                                 {1, "1"},
                                                                 {1000, "1kB"},
                                                                 {1024, "1KiB"},
                                                                 {4097, "4097"},
                                                                 {1 << 20, "1MiB"},
                                                                 {192 << 20, "192MiB"},
                                                                 {100'000'000'000, "100GB"},
                                                                 {2ULL << 40, "2TiB"},
                                                                 {UINT64_MAX, "18446744073709551615"}};
  for (const auto& [bytes, text] : expected) {
    EXPECT_EQ(to_string(ByteCount{bytes}), text);
    EXPECT_EQ(parse_size(text), ByteCount{bytes});
  }
}

}  // namespace
}  // namespace mycostr
