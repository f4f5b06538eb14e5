// Owner and holder agreeing on statements, each with its service.
#include <algorithm>

#include "unit/payment/statement_pair.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;
using wire::AuditWord;
using Outcome = wire::StatementReply::Outcome;

constexpr std::uint64_t kGigabyte = 1'000'000'000;

class StatementsTest : public testing::Test {
 protected:
  wire::Statement next() {
    const auto& agreement = pair_.at_owner();
    const auto basis = basis_of(agreement, pair_.owner->ledger.find(pair_.id));
    const auto end = epoch_start(pair_.clock.wall_now(), 1h);
    const auto points = pair_.clock.run(pair_.owner->ledger.revisions(pair_.id, basis.revision, end));
    return *propose(basis, find(basis, *points, end, AuditWord::passed), end, false, std::nullopt);
  }
  std::vector<StatementState> states() {
    std::vector<StatementState> out;
    for (const auto& row : pair_.statements_of(*pair_.owner)) out.push_back(row.state);
    return out;
  }
  /// The owner makes none of its own accord.
  void only_by_hand() { pair_.clock.run(pair_.owner->tasks.close()); }

  StatementPair pair_{1};
};

TEST_F(StatementsTest, AnHourIsAgreedOnWithinMinutesOfItsEnd) {
  pair_.pass(10min);
  pair_.change(kGigabyte);
  pair_.pass(53min);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 1U);
  const auto& statement = rows[0].statement;
  EXPECT_EQ(statement.figures.byte_ms, wire::Wide(wire::Uint128{kGigabyte} * (50 * 60'000)));
  EXPECT_EQ(statement.figures.audit, AuditWord::passed);
  EXPECT_EQ(statement.revision, pair_.at_owner().revision.number);
  EXPECT_EQ(statement.root, pair_.at_owner().revision.root);
  EXPECT_FALSE(statement.dispute);
  EXPECT_GT(statement.amount.value, 0);
  EXPECT_EQ(rows[0].state, StatementState::agreed);
  EXPECT_EQ(pair_.owner_events.size(), 1U);
  EXPECT_EQ(pair_.holder_events.size(), 1U);
}

TEST_F(StatementsTest, NothingIsMadeWhereNothingWasEverJoined) {
  pair_.pass(5h);
  EXPECT_EQ(pair_.calls, 0U);
  pair_.change(kGigabyte);
  pair_.pass(62min);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].statement.end - rows[0].statement.start, 6h);
  EXPECT_EQ(rows[0].statement.figures.byte_ms, wire::Wide(wire::Uint128{kGigabyte} * 3'600'000));
}

TEST_F(StatementsTest, AnHourThatFailedEarnsNothing) {
  pair_.change(kGigabyte);
  pair_.owners_word = AuditWord::failed;
  pair_.holders_word = AuditWord::failed;
  pair_.pass(62min);
  pair_.owners_word = AuditWord::unknown;
  pair_.holders_word = AuditWord::unknown;
  pair_.pass(1h);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].statement.amount, Msat{0});
  EXPECT_EQ(rows[0].statement.figures.audit, AuditWord::failed);
  EXPECT_FALSE(rows[0].statement.dispute);
  EXPECT_GT(rows[1].statement.amount.value, 0);
}

TEST_F(StatementsTest, AFailureThatTheHolderDeniesIsADisputeAndEarnsNothing) {
  pair_.change(kGigabyte);
  pair_.owners_word = AuditWord::missed;
  pair_.pass(62min);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 1U);
  ASSERT_TRUE(rows[0].statement.dispute);
  EXPECT_EQ(rows[0].statement.dispute->owner.audit, AuditWord::missed);
  EXPECT_EQ(rows[0].statement.dispute->holder.audit, AuditWord::passed);
  EXPECT_EQ(rows[0].statement.figures.audit, AuditWord::missed);
  EXPECT_EQ(rows[0].statement.amount, Msat{0});
  ASSERT_EQ(pair_.owner_events.size(), 2U);
  EXPECT_EQ(pair_.owner_events[0].state, StatementState::disputed);
  EXPECT_EQ(pair_.owner_events[1].state, StatementState::agreed);
}

TEST_F(StatementsTest, OfFiguresThatDifferTheSmallerCounts) {
  pair_.change(kGigabyte);
  pair_.pass(10min);
  // The holder knows nothing of it: its disk lost the row.
  pair_.change(2 * kGigabyte);
  WriteBatch lost;
  for (const auto& [key, value] : pair_.holder_meta.rows()) {
    if (key.starts_with("ph/") && read_be64(as_bytes(key).last(8)) == pair_.at_holder().revision.number)
      lost.erase(key);
  }
  pair_.holder_meta.apply(std::move(lost));
  pair_.pass(52min);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 1U);
  ASSERT_TRUE(rows[0].statement.dispute);
  EXPECT_EQ(rows[0].statement.figures.byte_ms, wire::Wide(wire::Uint128{kGigabyte} * 3'600'000));
  EXPECT_GT(rows[0].statement.dispute->owner.byte_ms, rows[0].statement.dispute->holder.byte_ms);
}

TEST_F(StatementsTest, ASilentHolderAgreesToAllOfThemLater) {
  pair_.change(kGigabyte);
  pair_.line = StatementLine::dead;
  pair_.pass(5h + 1min);
  EXPECT_EQ(states(), std::vector(5, StatementState::open));
  EXPECT_EQ(pair_.owners().number, 0U);
  pair_.line = StatementLine::good;
  pair_.pass(40min);
  pair_.expect_agreed();
  EXPECT_EQ(states(), std::vector(5, StatementState::agreed));
}

TEST_F(StatementsTest, BeyondFortyEightTheRestIsCoveredByTwentyFourEpochsEach) {
  pair_.change(kGigabyte);
  pair_.line = StatementLine::dead;
  pair_.pass(100h);
  EXPECT_EQ(pair_.statements_of(*pair_.owner).size(), 48U);
  pair_.line = StatementLine::good;
  pair_.pass(59min);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 51U);
  EXPECT_EQ(rows[48].statement.end - rows[48].statement.start, 24h);
  EXPECT_EQ(rows[49].statement.end - rows[49].statement.start, 24h);
  EXPECT_EQ(rows[50].statement.end - rows[50].statement.start, 4h);
}

TEST_F(StatementsTest, AnOwnerThatWasAwayMakesOneForAllThatTime) {
  pair_.change(kGigabyte);
  pair_.pass(30min);
  pair_.stop_owner();
  pair_.pass(7h);
  pair_.start_owner();
  pair_.pass(2min);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].statement.end - rows[0].statement.start, 7h);
}

TEST_F(StatementsTest, WhatTheHolderHasSignedIsAdopted) {
  pair_.change(kGigabyte);
  pair_.line = StatementLine::loses_answers;
  pair_.pass(61min);
  EXPECT_EQ(pair_.holders().number, 1U);
  EXPECT_EQ(pair_.owners().number, 0U);
  pair_.stop_owner();
  pair_.pass(3h);
  pair_.line = StatementLine::good;
  pair_.start_owner();
  pair_.pass(2min);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].statement.end - rows[0].statement.start, 1h);
  EXPECT_EQ(rows[1].statement.end - rows[1].statement.start, 3h);
}

TEST_F(StatementsTest, AnOwnerThatLostItsAccountsAdoptsThemAll) {
  pair_.change(kGigabyte);
  pair_.pass(20h + 2min);
  WriteBatch lost;
  for (const auto& [key, value] : pair_.owner_meta.rows()) {
    if (key.starts_with("pa/") || key.starts_with("ps/")) lost.erase(key);
  }
  pair_.stop_owner();
  pair_.owner_meta.apply(std::move(lost));
  pair_.start_owner();
  EXPECT_EQ(pair_.owners().number, 0U);
  pair_.pass(30min);
  EXPECT_EQ(pair_.owners().number, pair_.holders().number);
  EXPECT_EQ(pair_.owners().total, pair_.holders().total);
  EXPECT_EQ(pair_.owners().remainder, pair_.holders().remainder);
}

TEST_F(StatementsTest, ALateAnswerToAChangeIsWaitedFor) {
  pair_.change(kGigabyte);
  pair_.pass(30min);
  pair_.change(3 * kGigabyte, true);
  pair_.pass(35min);
  EXPECT_EQ(pair_.owners().number, 0U);
  pair_.catch_up();
  pair_.pass(2min);
  pair_.expect_agreed();
  EXPECT_EQ(pair_.owners().number, 1U);
  EXPECT_FALSE(pair_.statements_of(*pair_.owner)[0].statement.dispute);
}

TEST_F(StatementsTest, OneWhoseAnswerIsLostCountsFromTheNextStatementOn) {
  pair_.change(kGigabyte);
  pair_.pass(30min);
  pair_.change(3 * kGigabyte, true);
  pair_.pass(45min);
  pair_.expect_agreed();
  EXPECT_FALSE(pair_.statements_of(*pair_.owner)[0].statement.dispute);
  EXPECT_EQ(pair_.owners().bytes, ByteCount{kGigabyte});
  EXPECT_EQ(pair_.holders().bytes, ByteCount{kGigabyte});
  pair_.catch_up();
  pair_.pass(50min);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_FALSE(rows[1].statement.dispute);
  EXPECT_EQ(rows[1].statement.figures.byte_ms, wire::Wide(wire::Uint128{3 * kGigabyte} * 3'600'000));
}

TEST_F(StatementsTest, TheLastStatementEndsWithTheLastRevision) {
  pair_.change(kGigabyte);
  pair_.pass(90min);
  pair_.change(0, false, true);
  pair_.set_state(agreement::Role::owner, agreement::State::ended);
  pair_.pass(5h);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[1].statement.is_last);
  EXPECT_EQ(rows[1].statement.end, pair_.at_owner().revision.at);
  EXPECT_EQ(rows[1].statement.figures.byte_ms, wire::Wide(wire::Uint128{kGigabyte} * (30 * 60'000)));
  EXPECT_TRUE(pair_.owners().is_closed);
  EXPECT_TRUE(pair_.holders().is_closed);
}

TEST_F(StatementsTest, AnAgreementThatWasGivenUpEndsWithAFullEpoch) {
  pair_.change(kGigabyte);
  pair_.pass(90min);
  pair_.set_state(agreement::Role::owner, agreement::State::ended);
  pair_.pass(5h);
  pair_.expect_agreed();
  const auto rows = pair_.statements_of(*pair_.owner);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[1].statement.is_last);
  EXPECT_EQ(rows[1].statement.start, rows[1].statement.end);
}

TEST_F(StatementsTest, WhatIsLeftAtTheEndAndTooLittleIsWaived) {
  StatementPair pair(2, 40'000'000);
  pair.change(10 * kGigabyte);
  pair.pass(90min);
  pair.change(0, false, true);
  pair.pass(2h);
  pair.expect_agreed();
  EXPECT_GT(pair.owners().total.value, 0);
  EXPECT_LT(pair.owners().total, kLeastPayment);
  EXPECT_EQ(pair.owners().owed(), Msat{0});
  for (const auto& row : pair.statements_of(*pair.owner)) {
    EXPECT_EQ(row.state, StatementState::settled);
    EXPECT_FALSE(row.payment);
  }
}

TEST_F(StatementsTest, AnOwnerKnowsHowItStands) {
  EXPECT_FALSE(pair_.owner->sender->standing_with(pair_.holder_identity.id()));
  pair_.standing.state = wire::UnpaidState::warned;
  pair_.standing.due_since = pair_.standing.stops_at = pair_.standing.deletes_at = pair_.clock.wall_now();
  pair_.change(kGigabyte);
  pair_.pass(62min);
  EXPECT_EQ(*pair_.owner->sender->standing_with(pair_.holder_identity.id()), pair_.standing);
}

TEST_F(StatementsTest, CallsToASilentHolderBecomeRare) {
  pair_.change(kGigabyte);
  pair_.line = StatementLine::dead;
  pair_.pass(24h);
  EXPECT_GT(pair_.calls, 20U);
  EXPECT_LT(pair_.calls, 60U);
}

TEST_F(StatementsTest, TheHolderRefusesWhatIsNotNext) {
  only_by_hand();
  pair_.change(kGigabyte);
  pair_.pass(2h);
  const auto good = next();
  const auto refused = [&](auto change) {
    auto statement = good;
    change(statement);
    const auto reply = pair_.send({statement});
    return reply && reply->replies[0].outcome == Outcome::refused ? reply->replies[0].code : Errc::internal;
  };
  EXPECT_EQ(refused([](auto& s) { s.number = 2; }), Errc::conflict);
  EXPECT_EQ(refused([](auto& s) { s.start += 1ms; }), Errc::conflict);
  EXPECT_EQ(refused([](auto& s) { s.end += 1ms; }), Errc::invalid);
  EXPECT_EQ(refused([](auto& s) { s.end = s.start; }), Errc::invalid);
  EXPECT_EQ(refused([](auto& s) { s.end += 1h; }), Errc::invalid);
  EXPECT_EQ(refused([](auto& s) { s.root.bytes[0] ^= 1; }), Errc::conflict);
  EXPECT_EQ(refused([](auto& s) { s.total.value += 1; }), Errc::invalid);
  EXPECT_EQ(refused([](auto& s) { s.amount.value -= 1; }), Errc::invalid);
  EXPECT_EQ(refused([](auto& s) { s.remainder = wire::Wide(s.remainder.value + 1); }), Errc::invalid);
  EXPECT_EQ(pair_.holders().number, 0U);
  EXPECT_EQ(pair_.send({good})->replies[0].outcome, Outcome::agreed);
}

TEST_F(StatementsTest, TheHolderStopsAtTheFirstThatIsNotAgreed) {
  only_by_hand();
  pair_.change(kGigabyte);
  pair_.pass(2h);
  const auto good = next();
  auto wrong = good;
  wrong.number = 3;
  const auto reply = pair_.send({good, wrong, wrong});
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->replies.size(), 2U);
  EXPECT_EQ(reply->replies[0].outcome, Outcome::agreed);
  EXPECT_EQ(reply->replies[1].outcome, Outcome::refused);
  EXPECT_EQ(pair_.holders().number, 1U);
}

TEST_F(StatementsTest, TheHolderStaysWithWhatItHasSigned) {
  only_by_hand();
  pair_.change(kGigabyte);
  pair_.pass(2h);
  const auto good = next();
  ASSERT_TRUE(pair_.send({good}));
  auto other = good;
  other.figures.audit = AuditWord::failed;
  const auto reply = pair_.send({other});
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->replies[0].outcome, Outcome::agreed);
  EXPECT_EQ(*wire::decode_statement(reply->replies[0].signed_by_both.payload), good);
}

TEST_F(StatementsTest, AFigureThatIsNotTheHoldersIsNoneOfADispute) {
  only_by_hand();
  pair_.change(kGigabyte);
  pair_.pass(2h);
  const auto basis = basis_of(pair_.at_owner(), nullptr);
  const auto good = next();
  auto own = find(basis, {}, good.end, AuditWord::passed);
  own.revision = good.revision;
  own.root = good.root;
  own.figures = good.figures;
  const wire::Figures invented{wire::Wide(5), AuditWord::passed};
  const auto reply = pair_.send({*propose(basis, own, good.end, false, invented)});
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->replies[0].outcome, Outcome::disputed);
  const auto said =
      wire::decode_own_figures(reply->replies[0].own_figures, pair_.holder_identity.public_key());
  ASSERT_TRUE(said);
  EXPECT_EQ(said->figures, good.figures);
  EXPECT_EQ(pair_.holders().number, 0U);
}

TEST_F(StatementsTest, AnOwnerCannotSayThatItWasLessThanItHasSigned) {
  only_by_hand();
  pair_.change(kGigabyte);
  pair_.pass(2h);
  const auto basis = basis_of(pair_.at_owner(), nullptr);
  const auto good = next();
  Finding claim{good.revision, {}, good.root, good.figures};
  claim.figures.byte_ms = wire::Wide(5);
  for (const auto& holders : {std::optional<wire::Figures>(), std::optional(good.figures)}) {
    const auto reply = pair_.send({*propose(basis, claim, good.end, false, holders)});
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->replies[0].outcome, Outcome::refused);
    EXPECT_EQ(reply->replies[0].code, Errc::conflict);
  }
  claim.figures.byte_ms = wire::Wide(good.figures.byte_ms.value + 1);
  EXPECT_EQ(pair_.send({*propose(basis, claim, good.end, false, {})})->replies[0].outcome, Outcome::disputed);
  EXPECT_EQ(pair_.holders().number, 0U);
  EXPECT_EQ(pair_.send({good})->replies[0].outcome, Outcome::agreed);
}

TEST_F(StatementsTest, AnOwnerWithAnOldDiskCanSettleTheEndAllTheSame) {
  // It kept a gigabyte then, and two now, of which it knows nothing; the last revision both have signed.
  const auto start = pair_.clock.wall_now();
  const auto end = start + 1h;
  Basis basis;
  basis.price = 4'000'000;
  basis.end = start;
  basis.revision = 5;
  basis.bytes = ByteCount{kGigabyte};
  const Digest nothing;
  const std::vector<RevisionPoint> last{{10, end, {}, nothing, true}};
  const auto owners = find(basis, last, end, AuditWord::unknown);
  auto at_holder = basis;
  at_holder.revision = 9;
  at_holder.bytes = ByteCount{2 * kGigabyte};
  const CheckTime time{end, 1h};
  const auto first = check(at_holder, last, *propose(basis, owners, end, true, {}), AuditWord::unknown, time);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->agrees);
  const auto again = propose(basis, owners, end, true, first->own.figures);
  const auto second = check(at_holder, last, *again, AuditWord::unknown, time);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->agrees);
}

TEST_F(StatementsTest, OnlyTheOwnerMayAsk) {
  only_by_hand();
  pair_.change(kGigabyte);
  pair_.pass(2h);
  const auto statement = next();
  const crypto::Identity stranger(pair_.random.make<crypto::Identity::Seed>());
  const wire::AgreeStatements message{{pair_.signed_by_owner(statement)}};
  test::LocalRequest request({stranger.id(), stranger.public_key()},
                             {wire::operations::kAgreeStatements, wire::encode(message), {}});
  const auto reply = pair_.clock.run(pair_.holder->answerer->handle(request));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::forbidden);
  auto unknown = statement;
  unknown.agreement.bytes[0] ^= 1;
  EXPECT_EQ(pair_.send({unknown}).error().code, Errc::not_found);
}

TEST_F(StatementsTest, WhatCannotBeKeptIsNotSigned) {
  only_by_hand();
  pair_.change(kGigabyte);
  pair_.pass(2h);
  const auto statement = next();
  pair_.holder_meta.set_broken(true);
  EXPECT_EQ(pair_.send({statement}).error().code, Errc::io);
  pair_.holder_meta.set_broken(false);
  EXPECT_EQ(pair_.holders().number, 0U);
  EXPECT_EQ(pair_.send({statement})->replies[0].outcome, Outcome::agreed);
}

}  // namespace
}  // namespace mycostr::payment
