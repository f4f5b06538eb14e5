#include "dht/cookies.hpp"

#include "unit/dht/parts.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

class CookieJarTest : public testing::Test {
 protected:
  test::SeededRandom random_{1};
  CookieJar jar_{random_};
  SteadyTime now_{1h};
  void SetUp() override { jar_.tick(random_, now_); }
  void pass(Duration duration) { jar_.tick(random_, now_ += duration); }
};

TEST_F(CookieJarTest, KnowsItsOwnForTheirAddressOnly) {
  const auto mine = address_of(1);
  const auto cookie = jar_.make(mine);
  EXPECT_TRUE(jar_.is_valid(cookie, mine));
  EXPECT_FALSE(jar_.is_valid(cookie, address_of(1, 8)));
  EXPECT_FALSE(jar_.is_valid(cookie, address_of(2)));
  EXPECT_FALSE(jar_.is_valid(cookie, {mine.ip, 4082})) << "the port counts";
  EXPECT_FALSE(jar_.is_valid({}, mine));
}

TEST_F(CookieJarTest, EveryBitCounts) {
  const auto cookie = jar_.make(address_of(1));
  for (std::size_t bit = 0; bit < 64; ++bit) {
    auto changed = cookie;
    changed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(jar_.is_valid(changed, address_of(1)));
  }
}

TEST_F(CookieJarTest, LivesForTwoPeriodsAtMost) {
  const auto cookie = jar_.make(address_of(1));
  pass(299s);
  EXPECT_EQ(jar_.make(address_of(1)), cookie) << "one secret within a period";
  pass(1s);
  EXPECT_NE(jar_.make(address_of(1)), cookie);
  EXPECT_TRUE(jar_.is_valid(cookie, address_of(1)));
  pass(299s);
  EXPECT_TRUE(jar_.is_valid(cookie, address_of(1)));
  pass(1s);
  EXPECT_FALSE(jar_.is_valid(cookie, address_of(1)));
}

TEST_F(CookieJarTest, IsOfNoUseElsewhere) {
  test::SeededRandom other_random(2);
  const CookieJar other(other_random);
  EXPECT_FALSE(other.is_valid(jar_.make(address_of(1)), address_of(1)));
}

constexpr SteadyTime kThen{1h};

TEST(CookieCache, GivesBackWhatItKept) {
  CookieCache cache(128);
  const auto cookie = test::SeededRandom(1).make<wire::Cookie>();
  EXPECT_FALSE(cache.find(address_of(1), kThen));
  cache.keep(address_of(1), cookie, kThen);
  EXPECT_EQ(cache.find(address_of(1), kThen), cookie);
  cache.keep(address_of(1), {}, kThen);
  EXPECT_EQ(cache.find(address_of(1), kThen), wire::Cookie{});
}

TEST(CookieCache, ForgetsWhatMayNoLongerBeValid) {
  CookieCache cache(128);
  cache.keep(address_of(1), {}, kThen);
  EXPECT_TRUE(cache.find(address_of(1), kThen + 4min));
  EXPECT_FALSE(cache.find(address_of(1), kThen + 5min));
}

TEST(CookieCache, ForgetsButNeverMixesUp) {
  CookieCache cache(128);
  test::SeededRandom random(1);
  std::map<UdpAddress, wire::Cookie> kept;
  for (std::size_t i = 0; i < 5000; ++i) {
    kept[address_of(i)] = random.make<wire::Cookie>();
    cache.keep(address_of(i), kept[address_of(i)], kThen);
  }
  std::size_t found = 0;
  for (const auto& [address, cookie] : kept) {
    const auto got = cache.find(address, kThen);
    found += got.has_value();
    EXPECT_EQ(got.value_or(cookie), cookie);
  }
  EXPECT_GT(found, 64U);
  EXPECT_LE(found, 128U) << "bounded";
}

}  // namespace
}  // namespace mycostr::dht
