// Holders that sign nothing.
#include "unit/agreement/owner_fixture.hpp"

namespace mycostr::agreement {
namespace {

class RefusalTest : public OwnerServiceTest {
 protected:
  /// The other holder signs now and then.
  void pass_with_others(Duration time) {
    for (Duration passed{}; passed < time; passed += 1h) {
      const auto shard = pair_.stored_shard();
      pair_.queue_at(pair_.other_identity.id(), shard);
      pair_.pass(1h);
    }
  }
  /// And sign nothing from then on, so that it cannot end.
  void deny_the_agreement() {
    pair_.lie = [this](const PeerCall&) -> std::optional<Result<PeerReply>> {
      if (pair_.at_owner() == nullptr) return Result<PeerReply>(fail(Errc::io, "a reason"));
      return Result<PeerReply>(
          PeerReply{wire::encode(wire::ChangeReply{wire::ChangeReply::Outcome::conflict}), {}, {}});
    };
    pair_.owner->service.compare(pair_.holder_identity.id());
  }
};

TEST_F(RefusalTest, WhatAHolderWillNotSignForIsMissing) {
  pair_.asked_price.reset();
  const auto shards = add(3);
  pass_with_others(5h);
  EXPECT_TRUE(pair_.missing.empty());
  pass_with_others(3h);
  EXPECT_EQ(std::set(pair_.missing.begin(), pair_.missing.end()), shards);
  EXPECT_EQ(pair_.missing.size(), 3U) << "told once";
  EXPECT_EQ(pair_.rows_of(pair_.owner_meta, "gj/"), 0U);
  EXPECT_TRUE(pair_.leave(list(shards)));
  EXPECT_EQ(pair_.rows_of(pair_.owner_meta, "gm/"), 0U);
}

TEST_F(RefusalTest, WhateverTheHolderSaysInstead) {
  for (const auto code : {Errc::io, Errc::corrupt, Errc::timeout, Errc::overloaded, Errc::full}) {
    pair_.lie = [code](const PeerCall&) -> std::optional<Result<PeerReply>> {
      return Result<PeerReply>(fail(code, "a reason"));
    };
    pair_.missing.clear();
    const auto shards = add(2);
    pass_with_others(9h);
    EXPECT_EQ(std::set(pair_.missing.begin(), pair_.missing.end()), shards) << errc_name(code);
    EXPECT_EQ(pair_.why_missing, Missing::not_signed);
    EXPECT_TRUE(pair_.leave(list(shards)));
  }
}

TEST_F(RefusalTest, WhatThisSideDoesNotAskForIsNotRefused) {
  pair_.told_price = 1001;
  add(3);
  pass_with_others(48h);
  EXPECT_TRUE(pair_.missing.empty());
  EXPECT_TRUE(pair_.calls.empty());
}

constexpr auto kDay = 24h;

/// Its holder would delete it after 30 days.
TEST_F(RefusalTest, WhatIsTooDearIsCountedOnForTwoWeeks) {
  pair_.told_price = 1001;
  const auto shards = add(3);
  pair_.pass(14 * kDay);
  EXPECT_TRUE(pair_.missing.empty());
  pair_.pass(3h);
  EXPECT_EQ(std::set(pair_.missing.begin(), pair_.missing.end()), shards);
  EXPECT_EQ(pair_.why_missing, Missing::not_signed);
  pair_.pass(3h);
  EXPECT_EQ(pair_.rows_of(pair_.owner_meta, "gj/"), 0U);
  EXPECT_EQ(pair_.rows_of(pair_.owner_meta, "gw/"), 0U);
}

TEST_F(RefusalTest, TheTwoWeeksOutlastARestart) {
  pair_.asked_price.reset();
  const auto shards = add(3);
  pair_.pass(10 * kDay);
  pair_.restart_owner();
  pair_.pass(4 * kDay);
  EXPECT_TRUE(pair_.missing.empty());
  pair_.pass(3h);
  EXPECT_EQ(std::set(pair_.missing.begin(), pair_.missing.end()), shards);
}

TEST_F(RefusalTest, TheTwoWeeksBeginAnewWithEachSignature) {
  for (int week = 0; week < 3; ++week) {
    pair_.asked_price.reset();
    add(1);
    pair_.pass(10 * kDay);
    pair_.asked_price = 100;
    pair_.pass(2h);
    EXPECT_EQ(pair_.rows_of(pair_.owner_meta, "gj/"), 0U);
  }
  EXPECT_TRUE(pair_.missing.empty());
}

TEST_F(RefusalTest, TheTwoWeeksBeginAnewWhenSomethingWaitsAgain) {
  pair_.told_price = 1001;
  const auto first = add(1);
  pair_.pass(10 * kDay);
  EXPECT_TRUE(pair_.leave(list(first)));
  pair_.pass(2h);
  EXPECT_EQ(pair_.rows_of(pair_.owner_meta, "gw/"), 0U);
  add(1);
  pair_.pass(13 * kDay);
  EXPECT_TRUE(pair_.missing.empty());
}

TEST_F(RefusalTest, AHolderThatReturnsAfterWeeksMaySignYet) {
  pair_.line = Line::dead;
  pair_.holder_is_known = false;
  const auto shards = add(3);
  pair_.pass(20 * kDay - 1s);  // just before the watch looks
  pair_.line = Line::good;
  pair_.holder_is_known = true;
  pair_.pass(3h);
  EXPECT_TRUE(pair_.missing.empty());
  ASSERT_NE(pair_.at_owner(), nullptr);
  EXPECT_EQ(pair_.at_owner()->revision.shards, shards.size());
}

TEST_F(RefusalTest, AClockThatWasAheadGivesNothingUp) {
  pair_.told_price = 1001;
  add(3);
  pair_.pass(2h);
  pair_.clock.shift_wall(-20 * kDay);
  pair_.pass(13 * kDay);
  EXPECT_TRUE(pair_.missing.empty());
}

TEST_F(RefusalTest, WhatWasToMoveToAnotherAgreementIsMissingToo) {
  const auto shards = add(3);
  pair_.pass(1min);
  deny_the_agreement();
  pass_with_others(9h);
  EXPECT_EQ(std::set(pair_.missing.begin(), pair_.missing.end()), shards);
}

/// The only holder there is: what waits for the end of its agreement is in no queue yet.
TEST_F(RefusalTest, WhatWasToMoveIsGivenUpAfterTwoWeeksThoughNobodyElseSigns) {
  const auto shards = add(3);
  pair_.pass(1min);
  deny_the_agreement();
  pair_.pass(13 * kDay);
  EXPECT_TRUE(pair_.missing.empty());
  pair_.pass(kDay + 4h);
  EXPECT_EQ(std::set(pair_.missing.begin(), pair_.missing.end()), shards);
}

/// Backups rotate: what leaves without the holder's hand is no sign that it signs.
TEST_F(RefusalTest, DeletionsDoNotHideIt) {
  pair_.asked_price.reset();
  const auto shards = add(3);
  for (int hour = 0; hour < 9; ++hour) {
    pass_with_others(1h);
    EXPECT_TRUE(pair_.leave({pair_.stored_shard().id}));
  }
  EXPECT_EQ(std::set(pair_.missing.begin(), pair_.missing.end()), shards);
}

TEST_F(RefusalTest, WhereNobodySignsTheFaultMayBeHere) {
  pair_.asked_price.reset();
  const auto shards = add(3);
  pair_.pass(48h);
  EXPECT_TRUE(pair_.missing.empty());
  EXPECT_EQ(pair_.rows_of(pair_.owner_meta, "gj/"), shards.size());
}

TEST_F(RefusalTest, AHolderThatIsAwayRefusesNothing) {
  pair_.line = Line::dead;
  const auto shards = add(3);
  pass_with_others(48h);
  EXPECT_TRUE(pair_.missing.empty());
  pair_.line = Line::good;
  pair_.pass(10min);
  ASSERT_NE(pair_.at_owner(), nullptr);
  EXPECT_EQ(pair_.at_owner()->revision.shards, shards.size());
}

}  // namespace
}  // namespace mycostr::agreement
