#include "dht/recently_asked.hpp"

#include "unit/dht/parts.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

TEST(RecentlyAsked, KnowsWhomItAskedForFiveMinutes) {
  // Beyond 18 hours as well, where the seconds kept begin anew.
  for (const SteadyTime start :
       {SteadyTime(), SteadyTime(1h), SteadyTime(18h + 12min + 14s), SteadyTime(99h)}) {
    RecentlyAsked recently;
    EXPECT_FALSE(recently.contains(address_of(1), start));
    recently.note(address_of(1), start);
    EXPECT_TRUE(recently.contains(address_of(1), start + 299s));
    EXPECT_FALSE(recently.contains(address_of(1), start + 300s));
    EXPECT_FALSE(recently.contains(address_of(2), start));
    recently.note(address_of(1), start + 299s);
    EXPECT_TRUE(recently.contains(address_of(1), start + 500s)) << "asked again";
  }
}

TEST(RecentlyAsked, RemembersNearlyAllOfTheHundredsThatANodeAsksWhenItEnters) {
  RecentlyAsked recently;
  for (std::uint64_t i = 0; i < 400; ++i) recently.note(address_of(i), SteadyTime(1h));
  std::size_t known = 0;
  for (std::uint64_t i = 0; i < 400; ++i) known += recently.contains(address_of(i), SteadyTime(1h));
  EXPECT_GE(known, 380U) << "one place for each would keep fewer than 280";
}

TEST(RecentlyAsked, ForgetsTheOldestFirst) {
  RecentlyAsked recently;
  for (std::uint64_t i = 0; i < 10'000; ++i) recently.note(address_of(i), SteadyTime(1h));
  for (std::uint64_t i = 10'000; i < 10'300; ++i) recently.note(address_of(i), SteadyTime(1h + 1min));
  std::size_t known = 0;
  for (std::uint64_t i = 10'000; i < 10'300; ++i)
    known += recently.contains(address_of(i), SteadyTime(1h + 1min));
  EXPECT_GE(known, 295U);
}

TEST(RecentlyAsked, TakesFewStrangersForKnown) {
  RecentlyAsked recently;
  for (std::uint64_t i = 0; i < 1000; ++i) recently.note(address_of(i), SteadyTime(1h));
  std::size_t known = 0;
  for (std::uint64_t i = 100'000; i < 200'000; ++i) known += recently.contains(address_of(i), SteadyTime(1h));
  EXPECT_LE(known, 30U);
}

}  // namespace
}  // namespace mycostr::dht
