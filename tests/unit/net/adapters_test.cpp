// The small adapters: clock, randomness, names.
#include "net/resolve.hpp"
#include "net/system_random.hpp"
#include "unit/net/net_test.hpp"

namespace mycostr::net {
namespace {

class AdaptersTest : public NetTest {};

TEST_F(AdaptersTest, ClockMovesOnWhileASleepLasts) {
  const auto before = clock.now();
  run(clock.sleep_for(std::chrono::milliseconds(2)));
  EXPECT_GE(clock.now() - before, std::chrono::milliseconds(2));
  run(clock.sleep_for(std::chrono::seconds(-5)));
  EXPECT_GT(to_unix_ms(clock.wall_now()), 1'700'000'000'000);
}

TEST_F(AdaptersTest, ACancelledSleepEndsAtOnce) {
  struct Cancel {
    static Task<> in(boost::asio::io_context& on, Clock& time) {
      async::TaskGroup group(on.get_executor(), "test");
      group.spawn(time.sleep_for(std::chrono::hours(24)));
      co_await time.sleep_for(std::chrono::milliseconds(1));
      co_await group.close();
    }
  };
  run(Cancel::in(loop, clock));
}

TEST(SystemRandom, FillsWithSomethingNewEachTime) {
  SystemRandom random;
  Bytes one(64), other(64);
  random.fill(one);
  random.fill(other);
  EXPECT_NE(one, other);
  EXPECT_NE(one, Bytes(64));
  random.fill({});
}

TEST_F(AdaptersTest, AddressesAreTakenAsTheyAre) {
  for (const auto* host : {"127.0.0.1", "::1", "192.0.2.7"}) {
    const auto found = run(resolve(loop, {host, 80}, std::chrono::seconds(1)));
    ASSERT_TRUE(found) << host;
    ASSERT_EQ(found->size(), 1u);
    EXPECT_EQ(to_endpoint(found->front()), (Endpoint{host, 80}));
  }
}

TEST_F(AdaptersTest, NamesAreLookedUp) {
  const auto found = run(resolve(loop, {"localhost", 80}, std::chrono::seconds(10)));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->front().address().is_loopback());
}

TEST(Unmapped, ShowsIpv4AsItself) {
  const auto mapped = boost::asio::ip::make_address("::ffff:192.0.2.7");
  EXPECT_EQ(unmapped(mapped).to_string(), "192.0.2.7");
  EXPECT_EQ(unmapped(boost::asio::ip::make_address("2001:db8::1")).to_string(), "2001:db8::1");
}

}  // namespace
}  // namespace mycostr::net
