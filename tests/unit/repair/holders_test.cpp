#include <gtest/gtest.h>

#include "parts.hpp"

namespace mycostr::repair::test {
namespace {

TEST(Holders, AreSuspectedAfterSilenceAndGivenUpAfterGrace) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(minutes(15));
  EXPECT_EQ(run.state(1), HolderState::live);
  EXPECT_TRUE(run.holders.is_counted(node(1)));
  run.pass(minutes(1));
  EXPECT_EQ(run.state(1), HolderState::suspect);
  EXPECT_FALSE(run.holders.is_counted(node(1)));
  run.pass(hours(4) - minutes(1));
  EXPECT_EQ(run.state(1), HolderState::suspect);
  run.pass(minutes(1));
  EXPECT_EQ(run.state(1), HolderState::gone);
  EXPECT_EQ(run.state(2), HolderState::live);
}

TEST(Holders, ThatAnswerInBetweenAreNotSuspected) {
  HoldersRun run(12);
  for (int i = 0; i < 10; ++i) {
    run.silence(1);
    run.pass(minutes(14));
    run.wake(1);
    run.pass(minutes(1));
  }
  EXPECT_TRUE(run.transitions.empty());
}

TEST(Holders, ThatAreSuspectCountAgainOnceTheyAnswer) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(hours(1));
  run.wake(1);
  run.pass(minutes(1));
  EXPECT_EQ(run.state(1), HolderState::live);
  EXPECT_TRUE(run.holders.is_counted(node(1)));
}

TEST(Holders, ThatWereGoneCountAgainOnlyAfterAnAudit) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(hours(5));
  run.wake(1);
  run.pass(hours(1));
  EXPECT_EQ(run.state(1), HolderState::returning);
  EXPECT_FALSE(run.holders.is_counted(node(1)));
  const auto changed = run.holders.audit_passed(node(1), run.now);
  ASSERT_EQ(changed.size(), 1);
  EXPECT_EQ(changed[0].from, HolderState::returning);
  EXPECT_EQ(changed[0].to, HolderState::live);
  EXPECT_TRUE(run.holders.is_counted(node(1)));
}

TEST(Holders, ThatReturnAndVanishAgainAreGoneWithoutAnotherGrace) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(hours(5));
  run.wake(1);
  run.pass(hours(1));
  run.silence(1);
  run.pass(minutes(16));
  EXPECT_EQ(run.state(1), HolderState::gone);
}

TEST(Holders, ThatPassAnAuditAreNotSilent) {
  HoldersRun run(12);
  run.silence(1);
  run.pass(hours(1));
  run.wake(1);
  EXPECT_EQ(run.holders.audit_passed(node(1), run.now).size(), 1);
  EXPECT_EQ(run.state(1), HolderState::live);
}

TEST(Holders, NothingSeenChangesNothing) {
  HoldersRun run(12);
  run.set(1, sign(Observation::Sign::none));
  run.pass(hours(10));
  EXPECT_EQ(run.state(1), HolderState::live);
}

TEST(Holders, AreNotGivenUpRightAfterAStart) {
  Holders holders({}, kStart);
  holders.restore(node(1), HolderState::suspect, kStart - hours(10));
  for (std::uint8_t n = 2; n <= 12; ++n) holders.observe(node(n), answers(), kStart);
  EXPECT_TRUE(holders.advance(kStart + minutes(14)).empty());
  EXPECT_FALSE(holders.take_pass(kStart + minutes(14)));
  const auto changed = holders.advance(kStart + minutes(15));
  ASSERT_EQ(changed.size(), 1);
  EXPECT_EQ(changed[0].to, HolderState::gone);
}

TEST(Holders, ThatWereSuspectBeforeAStartAreWellOnceTheyAnswer) {
  Holders holders({}, kStart);
  holders.restore(node(1), HolderState::suspect, kStart - hours(10));
  holders.observe(node(1), answers(), kStart + seconds(5));
  EXPECT_EQ(holders.find(node(1))->state, HolderState::live);
}

TEST(Holders, CountNoMoreWhereTheyAreNotTrusted) {
  HoldersRun run(3);
  for (const auto trust : {Trust::absent, Trust::disqualified}) {
    auto seen = answers();
    seen.trust = trust;
    run.set(1, seen);
    run.pass(minutes(1));
    EXPECT_FALSE(run.holders.is_counted(node(1)));
    EXPECT_FALSE(run.holders.is_hoped_for(node(1), hours(4), run.now));
  }
}

TEST(Holders, MoveOnlyWhenTheyHaveStayedThere) {
  HoldersRun run(3);
  auto at = [](const char* domain) {
    auto seen = answers();
    seen.domain = domain;
    return seen;
  };
  run.set(1, at("10.0.0.0/24"));
  run.pass(minutes(1));
  EXPECT_EQ(run.holders.find(node(1))->domain, "10.0.0.0/24");
  run.set(1, at("10.0.9.0/24"));
  run.pass(hours(3));
  run.set(1, at("10.0.0.0/24"));
  run.pass(minutes(1));
  run.set(1, at("10.0.9.0/24"));
  run.pass(hours(3));
  EXPECT_EQ(run.holders.find(node(1))->domain, "10.0.0.0/24");
  run.set(1, at(""));  // not known for a while
  run.pass(minutes(1));
  EXPECT_EQ(run.holders.find(node(1))->domain, "10.0.0.0/24");
  run.set(1, at("10.0.9.0/24"));
  run.pass(hours(4) + minutes(1));
  EXPECT_EQ(run.holders.find(node(1))->domain, "10.0.9.0/24");
}

/// The passes that are due, in the order of taking them.
std::vector<NodeId> take_all(HoldersRun& run) {
  std::vector<NodeId> out;
  while (const auto id = run.holders.take_pass(run.now)) {
    out.push_back(*id);
    run.holders.pass_done(*id, run.now);
  }
  return out;
}

TEST(Holders, AreLookedAtSoonAfterTheyAreMetAndThenSeldom) {
  HoldersRun run(5);
  run.pass(hours(4));
  EXPECT_EQ(take_all(run).size(), 5);
  run.pass(hours(71));
  EXPECT_TRUE(take_all(run).empty());
  run.pass(hours(1));
  EXPECT_EQ(take_all(run).size(), 5);
}

TEST(Holders, AreLookedAtWhenGraceEndsAndWhenTheirCopiesAreTooMany) {
  HoldersRun run(12);
  run.pass(hours(4));
  take_all(run);
  run.silence(1);
  run.pass(minutes(16));
  EXPECT_TRUE(take_all(run).empty());
  run.pass(minutes(30));  // suspect for grace_critical
  EXPECT_EQ(take_all(run), std::vector{node(1)});
  run.pass(hours(4));  // gone
  EXPECT_EQ(take_all(run), std::vector{node(1)});
  run.wake(1);
  run.pass(minutes(1));
  run.holders.audit_passed(node(1), run.now);
  EXPECT_TRUE(take_all(run).empty());
  run.pass(hours(71));
  EXPECT_EQ(std::ranges::count(take_all(run), node(1)), 1) << "the look that was due stands";
  run.pass(hours(1));  // back for surplus_after
  EXPECT_EQ(std::ranges::count(take_all(run), node(1)), 1);
}

TEST(Holders, AreLookedAtAtOnceWhenTheyDrainOrLoseTrust) {
  HoldersRun run(12);
  run.pass(hours(4));
  take_all(run);
  auto seen = answers();
  seen.is_draining = true;
  run.set(3, seen);
  run.pass(minutes(1));
  EXPECT_EQ(take_all(run), std::vector{node(3)});
  seen.trust = Trust::disqualified;
  run.set(3, seen);
  run.pass(minutes(1));
  EXPECT_EQ(take_all(run), std::vector{node(3)});
}

TEST(Holders, AreLookedAtAgainWhereThereWasNoRoom) {
  HoldersRun run(12);
  run.pass(hours(4));
  take_all(run);
  run.holders.pass_incomplete(node(2));
  run.holders.pass_incomplete(node(99));  // forgotten meanwhile
  EXPECT_TRUE(take_all(run).empty());
  run.holders.room(run.now);
  EXPECT_EQ(take_all(run), std::vector{node(2)});
  run.holders.room(run.now);
  EXPECT_TRUE(take_all(run).empty());
}

TEST(Holders, ThatCouldNotBeLookedAtAreSoonLookedAtAgain) {
  HoldersRun run(12);
  run.pass(hours(4));
  take_all(run);
  run.holders.pass_failed(node(2), run.now);
  run.holders.pass_failed(node(99), run.now);  // forgotten meanwhile
  EXPECT_TRUE(take_all(run).empty()) << "not in circles";
  run.pass(minutes(15));
  EXPECT_EQ(take_all(run), std::vector{node(2)});
  run.pass(hours(4));
  EXPECT_TRUE(take_all(run).empty());
}

TEST(Holders, WhatChangesDuringAPassIsLookedAtInAnother) {
  HoldersRun run(12);
  run.pass(hours(4));
  take_all(run);
  run.silence(1);
  run.pass(hours(5));
  EXPECT_EQ(run.holders.take_pass(run.now), node(1));
  auto seen = silent();
  seen.trust = Trust::disqualified;
  run.set(1, seen);
  run.pass(minutes(1));
  run.holders.pass_done(node(1), run.now);
  EXPECT_EQ(run.holders.take_pass(run.now), node(1));
}

TEST(Holders, ThatDrainAreLookedAtWhenTheyAreBackFromASilence) {
  HoldersRun run(12);
  run.pass(hours(4));
  run.set(1, draining());
  run.pass(minutes(1));
  take_all(run);
  run.silence(1);
  run.pass(minutes(20));
  run.wake(1);
  run.pass(minutes(1));
  EXPECT_EQ(run.state(1), HolderState::live);
  EXPECT_EQ(take_all(run), std::vector{node(1)}) << "what is to leave it was only hoped for meanwhile";
}

}  // namespace
}  // namespace mycostr::repair::test
