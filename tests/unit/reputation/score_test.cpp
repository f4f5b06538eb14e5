#include "reputation/score.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nodes.hpp"

namespace mycostr::reputation {
namespace {

using namespace std::chrono_literals;

/// An audit an hour, from `from` on.
Score after(Score score, AuditOutcome outcome, int batches, WallTime from = kNow) {
  for (int i = 0; i < batches; ++i) score.add_audit(outcome, from + i * kPeriod, kPeriod);
  return score;
}
Score passed(int batches) {
  return after({}, AuditOutcome::passed, batches);
}
Score failed(int batches) {
  return after({}, AuditOutcome::failed, batches);
}

TEST(Score, ANewNodeIsTrustedUntilItFails) {
  const Score score;
  EXPECT_EQ(score.integrity(), 1);
  EXPECT_EQ(score.online(), 1);
  EXPECT_EQ(score.state(), NodeState::fresh);
  EXPECT_EQ(score.age(kNow, kPeriod), 0);
  EXPECT_EQ(score.trial_capacity(kNow, kPeriod), ByteCount{10'000'000'000});
}

TEST(Score, IntegrityForgetsOnePercentWithEachBatch) {
  auto score = failed(1);
  EXPECT_DOUBLE_EQ(score.alpha, 99);
  EXPECT_DOUBLE_EQ(score.beta, 1);
  score.add_audit(AuditOutcome::passed, kNow, kPeriod);
  EXPECT_DOUBLE_EQ(score.alpha, 99.01);
  EXPECT_DOUBLE_EQ(score.beta, 0.99);
  EXPECT_DOUBLE_EQ(score.integrity(), 0.9901);
}

TEST(Score, TotalLossSuspendsAtTheThirdAndDisqualifiesAtTheSixthBatch) {
  EXPECT_EQ(failed(2).state(), NodeState::fresh);
  EXPECT_EQ(failed(3).state(), NodeState::suspended);
  EXPECT_EQ(failed(5).state(), NodeState::suspended);
  EXPECT_EQ(failed(6).state(), NodeState::disqualified);
}

TEST(Score, SuspensionEndsWithTheBatchesItSays) {
  auto score = failed(4);
  const auto needed = score.passes_to_resume();
  ASSERT_GT(needed, 10U);
  score = after(score, AuditOutcome::passed, static_cast<int>(needed) - 1);
  EXPECT_EQ(score.state(), NodeState::suspended);
  EXPECT_EQ(score.passes_to_resume(), 1U);
  score = after(score, AuditOutcome::passed, 1);
  EXPECT_EQ(score.state(), NodeState::fresh);
  EXPECT_EQ(score.passes_to_resume(), 0U);
}

TEST(Score, DisqualificationIsForGood) {
  const auto score = after(failed(6), AuditOutcome::passed, 2000);
  EXPECT_GT(score.integrity(), 0.999);
  EXPECT_EQ(score.state(), NodeState::disqualified);
}

TEST(Score, WhatIsNoFailureCostsNoIntegrity) {
  auto score = passed(10);
  for (const auto outcome : {AuditOutcome::offline, AuditOutcome::contained, AuditOutcome::unknown}) {
    score = after(score, outcome, 100);
    EXPECT_EQ(score.integrity(), 1);
  }
  EXPECT_EQ(score.passed, 10U);
  EXPECT_EQ(score.failed, 0U);
}

TEST(Score, WhoDodgesAuditsIsNotThere) {
  auto score = passed(1);
  score.add_audit(AuditOutcome::offline, kNow, kPeriod);
  score.add_window(true, kNow);
  EXPECT_LT(score.online(), 1) << "it answered pings only";
  const auto before = score.online();
  score.add_window(true, kNow);
  EXPECT_EQ(score.online(), before) << "one audit, one window";
  score.add_audit(AuditOutcome::offline, kNow, kPeriod);
  score.add_window(std::nullopt, kNow);
  score.add_window(true, kNow);
  EXPECT_EQ(score.online(), before) << "the own line was away";
}

TEST(Score, ADenialIsAFailureOncePerPeriod) {
  auto score = passed(100);
  score.add_denial(kNow, kPeriod);
  EXPECT_EQ(score.failed, 1U);
  for (int minute = 1; minute < 60; ++minute) score.add_denial(kNow + minute * 1min, kPeriod);
  EXPECT_EQ(score.failed, 1U) << "an audit would have found it once";
  score.add_denial(kNow + kPeriod, kPeriod);
  EXPECT_EQ(score.failed, 2U);
}

TEST(Score, ASelfReportCostsAFifthAndNeverDisqualifies) {
  auto score = passed(1);
  score.add_self_report(kNow, kPeriod);
  EXPECT_NEAR(1 - score.integrity(), kSelfReportWeight * (1 - failed(1).integrity()), 1e-4);
  const auto after_one = score.integrity();
  for (int minute = 1; minute < 60; ++minute) {
    score.add_self_report(kNow + minute * std::chrono::minutes(1), kPeriod);
  }
  EXPECT_EQ(score.integrity(), after_one) << "a disk that dies is reported in many messages";
  for (int hour = 1; hour < 1000; ++hour) score.add_self_report(kNow + hour * kPeriod, kPeriod);
  EXPECT_LT(score.integrity(), kDisqualifyAt);
  EXPECT_EQ(score.state(), NodeState::suspended);
}

TEST(Score, VettingTakesBothBatchesAndDays) {
  const auto long_enough = 21 * 24 * kPeriod;
  auto quick = passed(1);
  for (int i = 0; i < 600; ++i)
    quick.add_audit(AuditOutcome::passed, kNow + std::chrono::minutes(i), kPeriod);
  EXPECT_FALSE(quick.vetted) << "many audits, but in hours";
  auto slow = passed(100);
  slow.add_audit(AuditOutcome::passed, kNow + 2 * long_enough, kPeriod);
  EXPECT_FALSE(slow.vetted) << "old, but hardly tried";
  EXPECT_FALSE(passed(504).vetted);
  const auto vetted = passed(505);
  EXPECT_TRUE(vetted.vetted);
  EXPECT_EQ(vetted.state(), NodeState::good);
  EXPECT_EQ(after(vetted, AuditOutcome::failed, 3).state(), NodeState::suspended);
}

TEST(Score, VettingAndAgeAreCountedInPeriods) {
  constexpr auto kQuick = 2s;
  Score score;
  for (int i = 0; i <= 504; ++i) score.add_audit(AuditOutcome::passed, kNow + i * kQuick, kQuick);
  EXPECT_TRUE(score.vetted);
  EXPECT_NEAR(score.age(kNow + 720 * kQuick, kQuick), 0.5, 1e-9) << "30 days of 24 periods";
}

TEST(Score, AgeGrowsOver60CleanDays) {
  auto score = passed(1);
  EXPECT_EQ(score.age(kNow - 5h, kPeriod), 0) << "a clock that goes back";
  EXPECT_NEAR(score.age(kNow + std::chrono::days(15), kPeriod), 0.25, 1e-9);
  EXPECT_EQ(score.age(kNow + std::chrono::days(100), kPeriod), 1);
  score.add_audit(AuditOutcome::failed, kNow + std::chrono::days(90), kPeriod);
  EXPECT_NEAR(score.clean_days(kNow + std::chrono::days(100), kPeriod), 10, 1e-9);
}

TEST(Score, TheTrialDoublesWeekly) {
  const auto score = passed(1);
  const auto days = [&](int n) { return score.trial_capacity(kNow + std::chrono::days(n), kPeriod).value; };
  EXPECT_EQ(days(6), 10'000'000'000U);
  EXPECT_EQ(days(7), 20'000'000'000U);
  EXPECT_EQ(days(21), 80'000'000'000U);
  EXPECT_EQ(days(36'500), 10'000'000'000U << 24) << "no overflow";
}

TEST(Score, ColocationIsForMoreThanTwo) {
  EXPECT_EQ(colocation(0), 1);
  EXPECT_EQ(colocation(2), 1);
  EXPECT_EQ(colocation(3), 0.5);
  EXPECT_EQ(colocation(5), 0.1);
}

TEST(Score, TheMedianStepNeedsThreeAndForgetsOldOnes) {
  Score score;
  score.add_step(1ms);
  score.add_step(9ms);
  EXPECT_FALSE(score.median_step());
  score.add_step(2ms);
  EXPECT_EQ(score.median_step(), 2ms);
  for (int i = 0; i < 5; ++i) score.add_step(100ms);
  EXPECT_EQ(score.steps.size(), kKeptSteps);
  EXPECT_EQ(score.median_step(), 100ms);
}

TEST(Score, RemembersTheLastSixteenEvents) {
  auto score = after(failed(1), AuditOutcome::passed, 14);
  score.add_self_report(kNow + 20h, kPeriod);
  ASSERT_EQ(score.events.size(), kKeptEvents);
  EXPECT_EQ(score.events.front(), (Event{Event::Kind::failed, kNow, 0.99}));
  EXPECT_EQ(score.events.back().kind, Event::Kind::self_reported);
  score.add_audit(AuditOutcome::contained, kNow + 21h, kPeriod);
  EXPECT_EQ(score.events.size(), kKeptEvents);
  EXPECT_EQ(score.events.front().kind, Event::Kind::passed);
  EXPECT_EQ(kind_name(score.events.back().kind), "contained");
  EXPECT_EQ(kind_name(Event::Kind::self_reported), "self_reported");
}

}  // namespace
}  // namespace mycostr::reputation
