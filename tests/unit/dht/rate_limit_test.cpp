#include "dht/rate_limit.hpp"

#include "unit/dht/parts.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

class RateLimiterTest : public testing::Test {
 protected:
  test::SeededRandom random_{1};
  RateLimiter limiter_{{.per_second = 10, .burst = 50}, random_};
  SteadyTime now_{1h};

  std::size_t allowed(const UdpAddress& from, std::size_t tries) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < tries; ++i) count += limiter_.allow(from, now_);
    return count;
  }
};

TEST_F(RateLimiterTest, AllowsABurstThenARate) {
  EXPECT_EQ(allowed(address_of(1), 1000), 50U);
  now_ += 1s;
  EXPECT_EQ(allowed(address_of(1), 1000), 10U);
  now_ += 24h;
  EXPECT_EQ(allowed(address_of(1), 1000), 50U) << "rest is not saved beyond the burst";
}

TEST_F(RateLimiterTest, ManySmallStepsGainAsMuchAsOne) {
  allowed(address_of(1), 1000);
  std::size_t count = 0;
  for (int i = 0; i < 10'000; ++i) {
    now_ += 1ms;
    count += allowed(address_of(1), 1);
  }
  EXPECT_NEAR(double(count), 100, 2);
}

TEST_F(RateLimiterTest, CountsASubnetAsOneSource) {
  std::size_t count = 0;
  for (unsigned i = 0; i < 256; ++i) count += allowed(address_of(1, static_cast<std::uint8_t>(i)), 1);
  EXPECT_EQ(count, 50U);
}

TEST_F(RateLimiterTest, CountsEachPortOfThisMachineAsASource) {
  const auto tokens_of = [&](std::uint16_t port) {
    std::size_t count = 0;
    const UdpAddress from{IpAddress::v4(127, 0, 0, 1), port};
    for (int i = 0; i < 60; ++i) count += limiter_.allow(from, now_);
    return count;
  };
  EXPECT_EQ(tokens_of(4000), 50U);
  std::size_t all = 0;
  for (std::uint16_t port = 4001; port <= 4005; ++port) all += tokens_of(port);
  EXPECT_GE(all, 200U);
}

TEST_F(RateLimiterTest, OneSourceRarelyHurtsAnother) {
  allowed(address_of(1), 1000);
  std::size_t hurt = 0;
  for (std::size_t i = 2; i < 2002; ++i) hurt += allowed(address_of(i), 1) == 0;
  EXPECT_LT(hurt, 20U) << "one in 512 shares its counter";
}

TEST(TotalLimiter, AllowsABurstThenARateWhoeverAsks) {
  TotalLimiter limiter({.per_second = 500, .burst = 1000});
  SteadyTime now(1h);
  const auto allowed = [&](std::size_t tries) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < tries; ++i) count += limiter.allow(now);
    return count;
  };
  EXPECT_EQ(allowed(5000), 1000U);
  now += 1s;
  EXPECT_EQ(allowed(5000), 500U);
  now += 24h;
  EXPECT_EQ(allowed(5000), 1000U) << "rest is not saved beyond the burst";
  std::size_t count = 0;
  for (int i = 0; i < 10'000; ++i) {
    now += 100us;
    count += allowed(10);
  }
  EXPECT_NEAR(double(count), 500, 2) << "small steps gain as much as one";
}

TEST_F(RateLimiterTest, WhoSharesACounterIsAnotherWithEveryKey) {
  test::SeededRandom random(2);
  RateLimiter other({.per_second = 10, .burst = 50}, random);
  std::vector<std::size_t> here;
  std::vector<std::size_t> there;
  allowed(address_of(1), 1000);
  for (int i = 0; i < 1000; ++i) other.allow(address_of(1), now_);
  for (std::size_t i = 2; i < 5000; ++i) {
    if (!limiter_.allow(address_of(i), now_)) here.push_back(i);
    if (!other.allow(address_of(i), now_)) there.push_back(i);
  }
  EXPECT_FALSE(here.empty());
  EXPECT_NE(here, there);
}

}  // namespace
}  // namespace mycostr::dht
