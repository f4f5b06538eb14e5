#include "mycostr/random.hpp"

#include <gtest/gtest.h>

#include "base/ids.hpp"
#include "support/seeded_random.hpp"

namespace mycostr {
namespace {

/// Gives the words of a list.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<std::uint64_t> words) : words_(std::move(words)) {}
  void fill(MutableBytes out) override {
    std::string text;
    append_be64(text, words_.at(next_++));
    std::ranges::copy(as_bytes(text), out.begin());
  }
  std::size_t taken() const { return next_; }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t next_ = 0;
};

TEST(Random, BelowStaysBelow) {
  test::SeededRandom random(3);
  for (const std::uint64_t bound : {1UL, 2UL, 3UL, 1000UL, 1UL << 63, (1UL << 63) + 1, UINT64_MAX}) {
    for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(bound), bound);
  }
}

TEST(Random, BelowRefusesTheUnevenEnd) {
  // Of 2^64 - 1 the last 1 would favour the low values of "below 2".
  ScriptedRandom random({UINT64_MAX, UINT64_MAX - 1, 7});
  EXPECT_EQ(random.below(2), 1U);
  EXPECT_EQ(random.taken(), 3U);
}

TEST(Random, BelowReachesEveryValueAboutAsOften) {
  test::SeededRandom random(4);
  std::array<int, 6> seen{};
  for (int i = 0; i < 60'000; ++i) ++seen[random.below(6)];
  for (const int count : seen) EXPECT_NEAR(count, 10'000, 500);
}

TEST(SeededRandom, RepeatsItself) {
  test::SeededRandom one(42);
  test::SeededRandom same(42);
  test::SeededRandom other(43);
  const auto id = one.make<NodeId>();
  EXPECT_EQ(id, same.make<NodeId>());
  EXPECT_NE(id, other.make<NodeId>());
  EXPECT_NE(id, one.make<NodeId>());
}

}  // namespace
}  // namespace mycostr
