#include "audit/transcript.hpp"
#include "unit/audit/parties.hpp"

namespace mycostr::audit {
namespace {

using namespace std::chrono_literals;

class AuditorTest : public testing::Test {
 protected:
  Parties parties_{std::vector<std::uint32_t>(50, 4)};

  const Verdict& last() const { return parties_.verdicts.back(); }
  ShardKey key(std::size_t slot) const {
    return {parties_.vault.owner.id(), parties_.vault.entries()[slot].id};
  }
  /// Until there are this many verdicts.
  void wait_for(std::size_t verdicts) {
    while (parties_.verdicts.size() < verdicts) parties_.pass(1s);
  }
  std::vector<Outcome> times(Outcome outcome, std::size_t count) { return std::vector(count, outcome); }
};

TEST_F(AuditorTest, AuditsOnceInEachEpoch) {
  parties_.pass(72h);
  EXPECT_EQ(parties_.outcomes(), times(Outcome::passed, 72 + 3)) << "72 plain ones, and a chained one a day";
  std::set<std::uint64_t> epochs;
  std::size_t chained = 0;
  for (const auto& verdict : parties_.verdicts) {
    epochs.insert(verdict.epoch);
    EXPECT_EQ(verdict.serial, verdict.chained_step ? 1U : 0U);
    EXPECT_EQ(verdict.holder, parties_.vault.holder.id());
    EXPECT_EQ(verdict.leaves, verdict.chained_step ? verdict.leaves : 32U);
    chained += verdict.chained_step ? 1 : 0;
  }
  EXPECT_EQ(epochs.size(), 72U);
  EXPECT_EQ(chained, 3U);
}

TEST_F(AuditorTest, ListsItsAuditsWithTranscriptsThatProveThem) {
  wait_for(1);
  const auto records = parties_.owner->log.list({.agreement = parties_.vault.revision.agreement, .limit = 1});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].id, parties_.verdicts[0].id);
  EXPECT_EQ(records[0].role, agreement::Role::owner);
  EXPECT_GT(records[0].proof_bytes, 32 * kLeafSize);
  EXPECT_GT(records[0].latency, 0s);
  const auto transcript = parties_.clock.run(parties_.owner->log.transcript(records[0].id));
  ASSERT_TRUE(transcript);
  EXPECT_TRUE(verify_transcript(*transcript).proves);
}

/// What was known to be lost when the audit was not on disk yet.
struct Noted {
  Log& log;
  std::vector<ShardId> shards = {};
  bool is_reported = false;

  Task<Result<bool>> note(std::vector<ShardId> lost) {
    EXPECT_EQ(log.list({.limit = SIZE_MAX}).size(), audits_before);
    shards = std::move(lost);
    co_return is_reported;
  }
  std::size_t audits_before = 0;
};

TEST_F(AuditorTest, WhatIsLostIsNotedBeforeTheAudit) {
  Noted noted{parties_.owner->log};
  auto& auditor = parties_.owner->auditor;
  auditor.on_lost = [&noted](NodeId, std::vector<ShardId> lost) { return noted.note(std::move(lost)); };
  parties_.clock.run(parties_.disk.remove({key(7), key(8), key(9)}));
  do {
    noted.audits_before = parties_.owner->log.list({.limit = SIZE_MAX}).size();
    wait_for(parties_.verdicts.size() + 1);
  } while (last().outcome == Outcome::passed);
  EXPECT_EQ(noted.shards, last().lost);
  EXPECT_FALSE(noted.shards.empty());
  EXPECT_FALSE(last().was_reported);
  noted.is_reported = true;
  while (last().lost.empty() || !last().was_reported) {
    noted.audits_before = parties_.owner->log.list({.limit = SIZE_MAX}).size();
    wait_for(parties_.verdicts.size() + 1);
    if (HasFatalFailure()) break;
  }
  EXPECT_EQ(last().outcome, Outcome::failed) << "the hour is not paid";
}

TEST_F(AuditorTest, FindsWhatIsLost) {
  parties_.clock.run(parties_.disk.remove({key(7), key(8), key(9)}));
  wait_for(1);
  const std::set<ShardId> gone{key(7).shard, key(8).shard, key(9).shard};
  while (last().outcome == Outcome::passed) wait_for(parties_.verdicts.size() + 1);
  EXPECT_EQ(last().outcome, Outcome::failed);
  ASSERT_FALSE(last().lost.empty());
  for (const auto& shard : last().lost) EXPECT_TRUE(gone.contains(shard));
}

TEST_F(AuditorTest, AHolderThatCannotBeReachedIsOffline) {
  parties_.line = Errc::unreachable;
  parties_.pass(5h);
  EXPECT_EQ(parties_.outcomes(), times(Outcome::offline, 5));
  EXPECT_FALSE(parties_.owner->auditor.is_contained(parties_.vault.holder.id()));
  parties_.line.reset();
  parties_.pass(1h);
  EXPECT_EQ(parties_.verdicts[5].outcome, Outcome::passed);
}

TEST_F(AuditorTest, WhoHasSeenItsQuestionIsNotMerelyOffline) {
  int asked = 0;
  parties_.before_ask = [&] { parties_.line = ++asked == 1 ? Errc::overloaded : Errc::unreachable; };
  wait_for(1);
  EXPECT_EQ(last().outcome, Outcome::contained);
  EXPECT_TRUE(parties_.owner->auditor.is_contained(parties_.vault.holder.id()));
}

TEST_F(AuditorTest, SilenceIsFailureAfterSixHoursOfTheSameQuestion) {
  parties_.line = Errc::timeout;
  wait_for(1);
  const auto first = last().at;
  EXPECT_TRUE(parties_.owner->auditor.is_contained(parties_.vault.holder.id()));
  EXPECT_EQ(parties_.owner->auditor.request_now(parties_.vault.revision.agreement).error().code,
            Errc::conflict);
  wait_for(4);
  EXPECT_EQ(parties_.outcomes(),
            (std::vector{Outcome::contained, Outcome::contained, Outcome::contained, Outcome::failed}));
  EXPECT_LE(last().at - first, 6h + 5min);
  EXPECT_GE(last().at - first, 6h);
  EXPECT_EQ(std::set(parties_.asked.begin(), parties_.asked.end()).size(), 1U)
      << "no other leaves than the first";
  EXPECT_EQ(last().latency, 15s);
}

TEST_F(AuditorTest, WhoOwesAnAnswerAndIsThereMayNotRefuseConnectionsUntilTheQuestionIsOld) {
  parties_.line = Errc::timeout;
  wait_for(1);
  parties_.line = Errc::unreachable;
  parties_.answers_datagrams = true;
  wait_for(4);
  // Nobody else has passed: the fault of the last try may be on this side.
  EXPECT_EQ(parties_.outcomes(),
            (std::vector{Outcome::contained, Outcome::contained, Outcome::contained, Outcome::unknown}));
}

TEST_F(AuditorTest, WhoIsReallyAwayDoesNotFailForIt) {
  parties_.line = Errc::timeout;
  wait_for(1);
  parties_.line = Errc::unreachable;
  parties_.pass(24h);
  EXPECT_EQ(std::ranges::count(parties_.outcomes(), Outcome::failed), 0);
}

TEST_F(AuditorTest, OwnCallsThatTakeAllTheTimeAreNoSilenceOfTheHolder) {
  parties_.line = Errc::cancelled;
  wait_for(2);
  EXPECT_EQ(parties_.outcomes(), times(Outcome::unknown, 2));
  EXPECT_FALSE(parties_.owner->auditor.is_contained(parties_.vault.holder.id()));
}

TEST_F(AuditorTest, AnAnswerToTheSameQuestionEndsContainment) {
  parties_.line = Errc::timeout;
  wait_for(2);
  parties_.line.reset();
  wait_for(3);
  EXPECT_EQ(parties_.verdicts[2].outcome, Outcome::passed);
  EXPECT_EQ(parties_.verdicts[2].epoch, parties_.verdicts[0].epoch);
  EXPECT_FALSE(parties_.owner->auditor.is_contained(parties_.vault.holder.id()));
}

TEST_F(AuditorTest, WhereNothingIsLeftNothingIsOwed) {
  parties_.line = Errc::timeout;
  wait_for(1);
  EXPECT_TRUE(parties_.owner->auditor.is_contained(parties_.vault.holder.id()));
  auto emptied = *parties_.owner->book.find(parties_.vault.revision.agreement);
  emptied.revision.shards = 0;
  ++emptied.revision.number;
  ASSERT_TRUE(parties_.clock.run(parties_.owner->book.save({emptied}, {}, Durability::buffered)));
  EXPECT_FALSE(parties_.owner->auditor.is_contained(parties_.vault.holder.id()));
}

TEST_F(AuditorTest, ContainmentOutlivesARestart) {
  parties_.line = Errc::timeout;
  wait_for(2);
  parties_.restart_owner();
  EXPECT_TRUE(parties_.owner->auditor.is_contained(parties_.vault.holder.id()));
  wait_for(4);
  EXPECT_EQ(last().outcome, Outcome::failed);
  EXPECT_EQ(std::set(parties_.asked.begin(), parties_.asked.end()).size(), 1U);
}

TEST_F(AuditorTest, AfterARestartNoEpochIsAskedTwice) {
  wait_for(1);
  for (int i = 0; i < 20; ++i) {
    parties_.restart_owner();
    parties_.pass(1min);
  }
  parties_.pass(24h);
  std::set<std::pair<std::uint64_t, std::uint32_t>> asked;
  for (const auto& verdict : parties_.verdicts) {
    EXPECT_EQ(verdict.outcome, Outcome::passed);
    EXPECT_TRUE(asked.insert({verdict.epoch, verdict.serial}).second);
  }
}

TEST_F(AuditorTest, AChangeOnItsWayIsWaitedFor) {
  const Vault next(std::vector<std::uint32_t>(52, 4), 1, 2);
  parties_.is_changing = true;
  parties_.agree_at_holder(next);
  while (!parties_.owner->auditor.is_asking(parties_.vault.holder.id())) parties_.pass(100ms);
  EXPECT_TRUE(parties_.asked.empty());
  parties_.agree_at_owner(next);
  parties_.is_changing = false;
  wait_for(1);
  EXPECT_EQ(last().outcome, Outcome::passed);
  EXPECT_EQ(parties_.verdicts.front().serial, 0U);
}

TEST_F(AuditorTest, AChangeThatNeverEndsKeepsNobodyFromBeingAsked) {
  parties_.is_changing = true;
  wait_for(1);
  EXPECT_EQ(last().outcome, Outcome::passed);
}

TEST_F(AuditorTest, ARightAnswerToAnotherQuestionIsNoSuccess) {
  const Vault next(std::vector<std::uint32_t>(52, 4), 1, 2);
  bool asked = false;
  parties_.before_ask = [&] { asked = true; };
  parties_.agree_at_holder(next);
  while (!asked) parties_.pass(1s);
  EXPECT_TRUE(parties_.verdicts.empty()) << "the holder is at the next revision, and says so";
  parties_.agree_at_owner(next);
  wait_for(1);
  EXPECT_EQ(last().outcome, Outcome::contained) << "it knew the first question when it signed";
  EXPECT_FALSE(parties_.owner->auditor.is_contained(parties_.vault.holder.id()));
  EXPECT_EQ(parties_.verdicts.front().serial, 1U) << "the holder may have begun to answer the other";
  wait_for(2);
  EXPECT_EQ(last().outcome, Outcome::passed);
}

TEST_F(AuditorTest, AHolderThatInsistsOnAnotherRevisionFails) {
  parties_.line = Errc::conflict;
  wait_for(4);
  EXPECT_EQ(last().outcome, Outcome::failed);
  for (const auto& verdict : parties_.verdicts) EXPECT_TRUE(verdict.disagrees) << "there was time to compare";
}

TEST_F(AuditorTest, AHolderThatKnowsOfNoAgreementFails) {
  parties_.line = Errc::not_found;
  wait_for(1);
  EXPECT_EQ(last().outcome, Outcome::failed);
  EXPECT_TRUE(last().disagrees);
}

TEST_F(AuditorTest, AClockThatIsWrongHereIsNobodysFailure) {
  wait_for(2);
  parties_.clock.shift_wall(-std::chrono::hours(48));
  parties_.restart_owner();
  parties_.clock.shift_wall(std::chrono::hours(96));
  parties_.line = Errc::forbidden;
  parties_.verdicts.clear();
  parties_.pass(24h);
  ASSERT_FALSE(parties_.verdicts.empty());
  for (const auto outcome : parties_.outcomes()) EXPECT_NE(outcome, Outcome::failed);
}

TEST_F(AuditorTest, AuditsWhenAskedTo) {
  const auto id = parties_.vault.revision.agreement;
  ASSERT_TRUE(parties_.owner->auditor.request_now(id));
  EXPECT_EQ(parties_.owner->auditor.request_now(id).error().code, Errc::overloaded);
  parties_.pass(20s);
  EXPECT_EQ(parties_.outcomes(), times(Outcome::passed, 2)) << "this epoch's, and the first chained one";
  std::size_t asked = 1;
  while (parties_.owner->auditor.request_now(id)) {
    ++asked;
    parties_.pass(20s);
  }
  EXPECT_EQ(asked, wire::kMaxAuditSerial) << "17 in an epoch, the chained one among them";
  EXPECT_EQ(parties_.outcomes(), times(Outcome::passed, 17));
  EXPECT_EQ(parties_.owner->auditor.request_now(AgreementId{}).error().code, Errc::not_found);
}

TEST_F(AuditorTest, ASlowChainIsASignalAndNoFailure) {
  std::size_t calls = 0;
  parties_.before_ask = [&] {
    if (++calls == 2) parties_.line = Errc::timeout;
  };
  wait_for(2);
  EXPECT_EQ(parties_.outcomes(), (std::vector{Outcome::passed, Outcome::unknown}));
  EXPECT_EQ(last().chained_step, Duration(15s) / 16);
  EXPECT_FALSE(parties_.owner->auditor.is_contained(parties_.vault.holder.id()));
}

TEST_F(AuditorTest, AFaultOfTheOwnDiskAsksNobody) {
  parties_.owner_meta.set_broken(true);
  parties_.pass(3h);
  EXPECT_TRUE(parties_.verdicts.empty());
  EXPECT_TRUE(parties_.asked.empty());
  parties_.owner_meta.set_broken(false);
  parties_.pass(2h);
  EXPECT_FALSE(parties_.verdicts.empty());
}

}  // namespace
}  // namespace mycostr::audit
