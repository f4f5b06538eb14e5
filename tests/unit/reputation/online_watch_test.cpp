#include "reputation/online_watch.hpp"

#include <gtest/gtest.h>

#include "nodes.hpp"
#include "support/started.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::reputation {
namespace {

class OnlineWatchTest : public testing::Test {
 protected:
  OnlineWatchTest() {
    for (std::uint32_t n = 0; n < 10; ++n) book_.record_audit(node(n), AuditOutcome::passed, kNow);
  }
  /// Ten nodes, of which the first `away` do not answer.
  static std::vector<Sighting> sightings(std::uint32_t away) {
    std::vector<Sighting> out;
    for (std::uint32_t n = 0; n < 10; ++n) out.push_back({node(n), n >= away, true});
    return out;
  }
  void add(std::uint32_t away, int windows = 1) {
    for (int i = 0; i < windows; ++i) watch_.add(sightings(away));
  }
  double online(std::uint32_t n) const { return book_.online_of(node(n)); }
  std::size_t seen(std::uint32_t n) const { return book_.find(node(n))->windows.seen(); }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  ScoreBook book_{kPeriod};
  std::uint32_t away_ = 0;
  OnlineWatch watch_{clock_, book_, kPeriod, [this] { return sightings(away_); }};
};

TEST_F(OnlineWatchTest, AFewThatVanishAreAway) {
  add(0, 5);
  add(2);
  EXPECT_LT(online(1), 1);
  EXPECT_EQ(online(2), 1);
  EXPECT_EQ(seen(1), 6U);
}

TEST_F(OnlineWatchTest, WhereManyVanishAtOnceTheOwnLineIsSuspected) {
  add(0, 5);
  add(3, 20);
  add(10, 3);
  EXPECT_EQ(seen(0), 5U);
  EXPECT_EQ(online(0), 1);
  add(0);
  EXPECT_EQ(seen(0), 6U);
  EXPECT_EQ(online(0), 1) << "nobody lost anything";
}

TEST_F(OnlineWatchTest, AfterADayTheyAreReallyGone) {
  add(0, 5);
  add(5, kMaxDoubtfulWindows);
  EXPECT_EQ(seen(0), 5U);
  add(5, 2);
  EXPECT_EQ(seen(0), 7U);
  EXPECT_LT(online(0), 1);
  EXPECT_EQ(online(5), 1);
}

TEST_F(OnlineWatchTest, TheOnlyHolderIsNotBlamedForTheOwnLine) {
  watch_.add({{node(1), true}});
  watch_.add({{node(1), false}});
  EXPECT_EQ(online(1), 1);
  // Of three, one may be away on its own.
  watch_.add({{node(1), true}, {node(2), true}, {node(3), true}});
  watch_.add({{node(1), true}, {node(2), true}, {node(3), false}});
  EXPECT_LT(online(3), 1);
}

TEST_F(OnlineWatchTest, WhereStrangersStayTheLineIsGood) {
  auto seen_now = sightings(0);
  auto vanished = sightings(5);
  for (std::uint32_t n = 10; n < 60; ++n) {
    seen_now.push_back({node(n), true});
    vanished.push_back({node(n), true});
  }
  watch_.add(seen_now);
  watch_.add(vanished);
  EXPECT_LT(online(0), 1) << "half of ours";
}

TEST_F(OnlineWatchTest, StrangersThatVanishExcuseNobody) {
  auto seen_now = sightings(0);
  for (std::uint32_t n = 10; n < 60; ++n) seen_now.push_back({node(n), true});
  watch_.add(seen_now);
  auto vanished = sightings(2);
  for (std::uint32_t n = 10; n < 60; ++n) vanished.push_back({node(n), false});
  watch_.add(vanished);
  EXPECT_EQ(seen(0), 2U);
  EXPECT_LT(online(0), 1);
}

TEST_F(OnlineWatchTest, WhoWasNeverThereDoesNotVanish) {
  add(9);
  add(9);
  EXPECT_EQ(seen(0), 2U);
  EXPECT_LT(online(0), 1);
}

TEST_F(OnlineWatchTest, LooksOncePerPeriod) {
  test::Started running(loop_, watch_.run());
  clock_.run_for(5 * kPeriod);
  EXPECT_EQ(seen(0), 5U);
  away_ = 1;
  clock_.run_for(kPeriod);
  EXPECT_LT(online(0), 1);
  running.cancel();
  clock_.run();
  EXPECT_TRUE(running.was_cancelled());
}

TEST_F(OnlineWatchTest, WhereNobodyAnswersAfterAStartTheOwnLineIsSuspected) {
  watch_.add({{node(1), false, true}, {node(2), false, true}});
  EXPECT_EQ(seen(1), 0U);
  watch_.add({{node(1), false, true}, {node(2), true, true}});
  EXPECT_EQ(seen(1), 1U);
  EXPECT_LT(online(1), 1);
}

}  // namespace
}  // namespace mycostr::reputation
