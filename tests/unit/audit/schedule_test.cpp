#include "audit/schedule.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace mycostr::audit {
namespace {

using namespace std::chrono_literals;

const WallTime kStart = from_unix_ms(1'767'225'600'000);  // the beginning of an hour
const AgreementId kAgreement{{1}};

TEST(Schedule, EachEpochHasOneAuditAtARandomMoment) {
  test::SeededRandom random(1);
  std::set<std::int64_t> minutes;
  Schedule schedule(1h, 6h);
  Standing standing;
  for (int hour = 0; hour < 200; ++hour) {
    int audits = 0;
    for (auto at = kStart + hour * 1h; at < kStart + (hour + 1) * 1h; at += 10s) {
      if (schedule.due(kAgreement, standing, at, random.below(UINT64_MAX)) != Due::scheduled) continue;
      ++audits;
      standing.epoch = epoch_at(at, 1h);
      minutes.insert((at - kStart - hour * 1h) / 1min);
    }
    EXPECT_EQ(audits, 1) << hour;
  }
  EXPECT_GT(minutes.size(), 45U) << "of 54";
}

TEST(Schedule, AnAgreementMadeLateInAnEpochIsAuditedInIt) {
  Schedule schedule(1h, 6h);
  EXPECT_EQ(schedule.due(kAgreement, {}, kStart + 59min, UINT64_MAX), Due::nothing);
  EXPECT_EQ(schedule.due(kAgreement, {}, kStart + 59min + 55s, 0), Due::scheduled);
}

TEST(Schedule, AContainedHolderIsAskedTheSameAgainAndNothingElse) {
  Schedule schedule(1h, 6h);
  Standing standing{.epoch = epoch_at(kStart, 1h), .contained = Containment{{1}, kStart, kStart + 2h, 0}};
  EXPECT_EQ(schedule.due(kAgreement, standing, kStart + 119min, 0), Due::nothing);
  EXPECT_EQ(schedule.due(kAgreement, standing, kStart + 2h, 0), Due::again);
}

class SettleTest : public testing::Test {
 protected:
  bool is_another_ = false;
  Outcome after(Answer answer, Duration later = 0s, Bytes challenge = {1}) {
    now_ += std::chrono::duration_cast<std::chrono::milliseconds>(later);
    return settle(standing_, answer, {challenge, is_another_}, now_, settings_);
  }
  Settings settings_;
  Standing standing_;
  WallTime now_ = kStart;
};

TEST_F(SettleTest, AnswersAreTakenAtOnce) {
  EXPECT_EQ(after(Answer::right), Outcome::passed);
  EXPECT_EQ(after(Answer::wrong), Outcome::failed);
  EXPECT_EQ(after(Answer::unreachable), Outcome::offline);
  EXPECT_EQ(after(Answer::not_asked), Outcome::unknown);
  EXPECT_FALSE(standing_.contained);
}

TEST_F(SettleTest, SilenceIsFailureAfterThreeMoreTries) {
  EXPECT_EQ(after(Answer::none), Outcome::contained);
  ASSERT_TRUE(standing_.contained);
  EXPECT_EQ(standing_.contained->next_try, kStart + 2h);
  EXPECT_EQ(after(Answer::none, 2h), Outcome::contained);
  EXPECT_EQ(standing_.contained->next_try, kStart + 4h);
  EXPECT_EQ(standing_.contained->since, kStart);
  EXPECT_EQ(after(Answer::none, 2h), Outcome::contained);
  EXPECT_EQ(after(Answer::none, 2h), Outcome::failed);
  EXPECT_FALSE(standing_.contained);
}

TEST_F(SettleTest, ARightAnswerEndsContainment) {
  after(Answer::none);
  EXPECT_EQ(after(Answer::right, 2h), Outcome::passed);
  EXPECT_FALSE(standing_.contained);
}

TEST_F(SettleTest, ARightAnswerToAnotherQuestionIsNoSuccess) {
  after(Answer::none);
  is_another_ = true;
  after(Answer::none, 2h);
  EXPECT_TRUE(standing_.contained->is_another);
  EXPECT_EQ(after(Answer::right, 2h), Outcome::contained);
  EXPECT_FALSE(standing_.contained);
}

TEST_F(SettleTest, GoingOfflineEndsNoContainment) {
  after(Answer::none);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(after(Answer::unreachable, 2h), Outcome::offline);
  ASSERT_TRUE(standing_.contained);
  EXPECT_EQ(standing_.contained->tries, 0U);
  EXPECT_EQ(standing_.contained->next_try, now_ + 2h);
  EXPECT_EQ(after(Answer::wrong, 2h), Outcome::failed);
}

TEST_F(SettleTest, TheChallengeAskedLastIsTheOneOwed) {
  after(Answer::none, 0s, {1});
  after(Answer::none, 2h, {2});
  EXPECT_EQ(standing_.contained->challenge, Bytes{2});
}

TEST(NextSerial, NumbersTheAuditsOfAnEpochUpToTheLimit) {
  Standing standing{.epoch = 10, .serial = 0, .contained = std::nullopt};
  EXPECT_EQ(next_serial(standing, 11), 0U);
  EXPECT_EQ(next_serial(standing, 10), 1U);
  standing.serial = wire::kMaxAuditSerial;
  EXPECT_FALSE(next_serial(standing, 10));
  EXPECT_FALSE(next_serial(standing, 9)) << "the clock went back";
}

TEST(Standing, RoundTrips) {
  Standing standing{.epoch = 490'896, .serial = 2, .chained_epoch = 490'880, .contained = std::nullopt};
  EXPECT_EQ(decode_standing(encode_row(standing)).value(), standing);
  standing.contained = Containment{{1, 2, 3}, kStart, kStart + 2h, 2, true};
  EXPECT_EQ(decode_standing(encode_row(standing)).value(), standing);
  EXPECT_FALSE(decode_standing("\xff"));
}

TEST(Schedule, AClockThatWasAheadStopsNothing) {
  const auto ahead = kStart + 1000h;
  Schedule schedule(1h, 6h);
  Standing standing{.epoch = epoch_at(ahead, 1h), .contained = Containment{{1}, ahead, ahead + 2h, 0}};
  EXPECT_EQ(schedule.due(kAgreement, standing, kStart, 0), Due::again);
  standing.contained.reset();
  EXPECT_EQ(schedule.due(kAgreement, standing, kStart, 0), Due::scheduled);
  EXPECT_EQ(next_serial(standing, epoch_at(kStart, 1h)), 0U);
  // By little: the holder may have answered for that epoch.
  standing.epoch = epoch_at(kStart, 1h) + 1;
  EXPECT_EQ(schedule.due(kAgreement, standing, kStart, 0), Due::nothing);
  EXPECT_EQ(next_serial(standing, epoch_at(kStart, 1h)), std::nullopt);
}

}  // namespace
}  // namespace mycostr::audit
