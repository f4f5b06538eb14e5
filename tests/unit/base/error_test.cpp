#include "base/error.hpp"

#include <gtest/gtest.h>

namespace mycostr {
namespace {

constexpr int kCodes = static_cast<int>(Errc::internal) + 1;  // internal is the last

TEST(Errc, HasOneWordPerCode) {
  std::set<std::string_view> words;
  for (int i = 0; i < kCodes; ++i) {
    const auto code = static_cast<Errc>(i);
    const auto word = errc_name(code);
    EXPECT_TRUE(words.insert(word).second) << word;
    EXPECT_EQ(errc_from_name(word), code);
  }
}

TEST(Errc, OfANewerPeerIsInternal) {
  for (const auto* word : {"", "Invalid", "invalid ", "quota_exceeded"})
    EXPECT_EQ(errc_from_name(word), Errc::internal);
}

TEST(Error, IsWrittenWithItsDetail) {
  const Result<int> failed = fail(Errc::not_found, "no shard 1a2b");
  ASSERT_FALSE(failed);
  EXPECT_EQ(to_string(failed.error()), "not_found: no shard 1a2b");
}

}  // namespace
}  // namespace mycostr
