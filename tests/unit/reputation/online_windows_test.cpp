#include "reputation/online_windows.hpp"

#include <gtest/gtest.h>

namespace mycostr::reputation {
namespace {

OnlineWindows windows(std::size_t answered, std::size_t missed) {
  OnlineWindows out;
  for (std::size_t i = 0; i < answered; ++i) out.add(true);
  for (std::size_t i = 0; i < missed; ++i) out.add(false);
  return out;
}

OnlineWindows there_and_back(const OnlineWindows& windows) {
  std::string row;
  windows.append_to(row);
  EXPECT_EQ(row.size(), OnlineWindows::kRowSize);
  return OnlineWindows::from(as_bytes(row)).value();
}

TEST(OnlineWindows, NobodySeenIsThere) {
  EXPECT_EQ(OnlineWindows().fraction(), 1);
  EXPECT_EQ(OnlineWindows().until(0.95), 0U);
}

TEST(OnlineWindows, IsTheMeanOfTheLast720) {
  EXPECT_DOUBLE_EQ(windows(600, 120).fraction(), 600.0 / 720);
  auto much_later = windows(0, 300);
  for (std::size_t i = 0; i < kOnlineWindows - 1; ++i) much_later.add(true);
  EXPECT_DOUBLE_EQ(much_later.fraction(), 719.0 / 720) << "only the newest of the missed is left";
  much_later.add(true);
  EXPECT_EQ(much_later.fraction(), 1);
  EXPECT_EQ(much_later.seen(), kOnlineWindows);
}

TEST(OnlineWindows, InItsFirstWeekAnHourIsAnHourOfTheWeek) {
  EXPECT_DOUBLE_EQ(windows(0, 1).fraction(), 167.0 / 168);
  EXPECT_DOUBLE_EQ(windows(20, 8).fraction(), 160.0 / 168);
  EXPECT_DOUBLE_EQ(windows(168, 42).fraction(), 0.8);
}

TEST(OnlineWindows, KnowsHowLongRecoveryTakes) {
  auto away = windows(700, 60);
  const auto needed = away.until(0.95);
  EXPECT_GT(needed, 1U);
  for (std::size_t i = 0; i < needed - 1; ++i) away.add(true);
  EXPECT_LT(away.fraction(), 0.95);
  away.add(true);
  EXPECT_GE(away.fraction(), 0.95);
  EXPECT_EQ(away.until(0.95), 0U);
}

TEST(OnlineWindows, ComeBackFromTheirRow) {
  for (const auto& some : {OnlineWindows(), windows(3, 2), windows(100, 620), windows(800, 55)}) {
    EXPECT_EQ(there_and_back(some), some);
  }
}

TEST(OnlineWindows, RefuseRowsThatCannotBe) {
  std::string row;
  windows(3, 2).append_to(row);
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(OnlineWindows::from(as_bytes(row).first(size)));
  }
  const auto with = [&](std::size_t at, char value) {
    auto changed = row;
    changed[at] = value;
    return OnlineWindows::from(as_bytes(changed)).has_value();
  };
  EXPECT_TRUE(with(4, 0));
  EXPECT_FALSE(with(1, 4)) << "the next one is the sixth";
  EXPECT_FALSE(with(0, 3)) << "beyond the end";
  EXPECT_FALSE(with(2, 3)) << "more than there are";
  EXPECT_FALSE(with(4, '\x20')) << "missed, but never seen";
}

}  // namespace
}  // namespace mycostr::reputation
