#include <gtest/gtest.h>

#include "parts.hpp"

namespace mycostr::repair::test {
namespace {

void silence(HoldersRun& run, std::uint8_t first, std::uint8_t last) {
  for (auto n = first; n <= last; ++n) run.silence(n);
}
void wake(HoldersRun& run, std::uint8_t first, std::uint8_t last) {
  for (auto n = first; n <= last; ++n) run.wake(n);
}

TEST(Freeze, BeginsWhenMoreThanAQuarterVanishAtOnce) {
  HoldersRun run(12);
  silence(run, 1, 4);
  run.pass(minutes(16));
  EXPECT_TRUE(run.holders.is_frozen());
  EXPECT_EQ(run.holders.freeze().vanished(), 4);
  run.pass(hours(20));
  EXPECT_EQ(run.state(1), HolderState::suspect) << "nobody is given up meanwhile";
  EXPECT_TRUE(run.holders.is_hoped_for(node(1), hours(4), run.now));
}

TEST(Freeze, DoesNotBeginForAQuarter) {
  HoldersRun run(12);
  silence(run, 1, 3);
  run.pass(hours(5));
  EXPECT_FALSE(run.holders.is_frozen());
  EXPECT_EQ(run.state(1), HolderState::gone);
}

TEST(Freeze, DoesNotBeginForOneOfThree) {
  HoldersRun run(3);
  run.silence(1);
  run.pass(hours(5));
  EXPECT_EQ(run.state(1), HolderState::gone);
}

TEST(Freeze, DoesNotBeginWhereTheyVanishOneAfterTheOther) {
  HoldersRun run(12);
  for (std::uint8_t n = 1; n <= 6; ++n) {
    run.silence(n);
    run.pass(minutes(17));
  }
  EXPECT_FALSE(run.holders.is_frozen());
}

TEST(Freeze, SeesThoseThatVanishWithinAQuarterOfAnHour) {
  HoldersRun run(12);
  for (std::uint8_t n = 1; n <= 4; ++n) {
    run.silence(n);
    run.pass(minutes(5));
  }
  EXPECT_TRUE(run.holders.is_frozen());
}

TEST(Freeze, IsNotForABlink) {
  HoldersRun run(12);
  silence(run, 1, 12);
  run.pass(minutes(10));
  EXPECT_FALSE(run.holders.is_frozen());
  wake(run, 1, 12);
  run.pass(hours(1));
  EXPECT_TRUE(run.transitions.empty());
}

TEST(Freeze, EndsWhenEnoughAreBackAndGivesTheOthersTheirGraceAnew) {
  HoldersRun run(12);
  silence(run, 1, 6);
  run.pass(hours(10));
  wake(run, 3, 6);
  run.pass(minutes(1));
  EXPECT_FALSE(run.holders.is_frozen());
  EXPECT_EQ(run.state(3), HolderState::live) << "it was not away, this node was";
  EXPECT_EQ(run.state(1), HolderState::suspect);
  run.pass(hours(4) - minutes(2));
  EXPECT_EQ(run.state(1), HolderState::suspect);
  run.pass(minutes(3));
  EXPECT_EQ(run.state(1), HolderState::gone);
  EXPECT_FALSE(run.holders.is_frozen()) << "those that stayed away are no new crowd";
}

TEST(Freeze, EndsAfterSixGracesWhereOthersAnswer) {
  HoldersRun run(12);
  silence(run, 1, 6);
  run.pass(minutes(16) + hours(24) - minutes(1));
  EXPECT_TRUE(run.holders.is_frozen());
  EXPECT_EQ(run.state(1), HolderState::suspect);
  run.pass(minutes(1));
  EXPECT_FALSE(run.holders.is_frozen());
  EXPECT_EQ(run.state(1), HolderState::gone);
  run.pass(hours(10));
  EXPECT_FALSE(run.holders.is_frozen());
}

TEST(Freeze, LastsWhereNobodyAnswers) {
  HoldersRun run(12);
  silence(run, 1, 12);
  run.pass(hours(24 * 30));
  EXPECT_TRUE(run.holders.is_frozen());
  wake(run, 1, 12);
  run.pass(minutes(1));
  EXPECT_FALSE(run.holders.is_frozen());
  for (std::uint8_t n = 1; n <= 12; ++n) EXPECT_EQ(run.state(n), HolderState::live);
}

TEST(Freeze, BeginsAgainForANewCrowd) {
  HoldersRun run(12);
  silence(run, 1, 6);
  run.pass(hours(1));
  wake(run, 1, 6);
  run.pass(hours(1));
  EXPECT_FALSE(run.holders.is_frozen());
  silence(run, 1, 6);
  run.pass(hours(1));
  EXPECT_TRUE(run.holders.is_frozen());
}

TEST(Freeze, IsFoundAgainAfterARestart) {
  Holders holders({}, kStart);
  for (std::uint8_t n = 1; n <= 12; ++n) {
    if (n <= 6) holders.restore(node(n), HolderState::suspect, kStart - hours(5));
    holders.observe(node(n), n <= 6 ? silent() : answers(), kStart);
  }
  for (auto now = kStart; now < kStart + hours(5); now += minutes(1)) {
    EXPECT_TRUE(holders.advance(now).empty());
  }
  EXPECT_TRUE(holders.is_frozen());
}

TEST(Freeze, RestartsDoNotProlongIt) {
  const Settings settings;
  const auto longest = kLongestFreezeInGraces * settings.grace + settings.suspect_after;
  Holders holders({}, kStart);
  for (std::uint8_t n = 1; n <= 12; ++n) {
    if (n <= 6) holders.restore(node(n), HolderState::suspect, kStart - longest + minutes(30));
    holders.observe(node(n), n <= 6 ? silent() : answers(), kStart);
  }
  auto now = kStart;
  for (; now < kStart + minutes(29); now += minutes(1)) EXPECT_TRUE(holders.advance(now).empty());
  EXPECT_TRUE(holders.is_frozen());
  std::size_t gone = 0;
  for (; now < kStart + minutes(40); now += minutes(1)) gone += holders.advance(now).size();
  EXPECT_EQ(gone, 6U);
}

TEST(Freeze, DoesNotCountThoseGivenUpBefore) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(hours(5));
  run.silence(2);
  run.pass(hours(5));
  silence(run, 3, 4);
  run.pass(hours(1));
  EXPECT_FALSE(run.holders.is_frozen());
}

TEST(Freeze, HoldsBackWhatGraceIsFor) {
  HoldersRun run(12);
  silence(run, 1, 6);
  run.pass(hours(10));
  ASSERT_TRUE(run.holders.is_frozen());
  EXPECT_EQ(run.assess(chunk_on({1, 2, 3})).missing, 0);
  EXPECT_EQ(run.assess(chunk_on({1, 2, 7})).missing, 0);
}

TEST(Freeze, DoesNotHoldBackWhatIsProvenLost) {
  HoldersRun run(12);
  silence(run, 1, 6);
  run.pass(hours(10));
  auto chunk = chunk_on({1, 7, 8});
  chunk.copies[1].lost = Reason::failed_audit;
  const auto found = run.assess(chunk);
  EXPECT_EQ(found.missing, 1);
  EXPECT_EQ(found.reason, Reason::failed_audit);
  EXPECT_EQ(found.from, node(7));
}

TEST(Freeze, ExcusesNobodyWhoWasSilentBefore) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(hours(3));
  for (std::uint8_t n = 2; n <= 5; ++n) run.silence(n);
  run.pass(minutes(20));
  EXPECT_TRUE(run.holders.is_frozen());
  for (std::uint8_t n = 2; n <= 5; ++n) run.wake(n);
  run.pass(minutes(1));
  EXPECT_FALSE(run.holders.is_frozen());
  run.pass(hours(1));
  EXPECT_EQ(run.state(1), HolderState::gone);
}

}  // namespace
}  // namespace mycostr::repair::test
