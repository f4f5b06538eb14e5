#include "wire/statement.hpp"

#include <gtest/gtest.h>

#include "hostile.hpp"

namespace mycostr::wire {
namespace {

class StatementTest : public testing::Test {
 protected:
  const crypto::Identity owner_ = identity_of(1);
  const crypto::Identity holder_ = identity_of(2);

  Statement statement() const {
    Statement out;
    out.agreement.bytes.fill(3);
    out.number = 7;
    out.start = from_unix_ms(1'800'000'000'000);
    out.end = from_unix_ms(1'800'003'600'000);
    out.revision = 12;
    out.root.bytes.fill(4);
    out.figures = {Wide(Uint128{1} << 90), AuditWord::passed};
    out.amount = {5};
    out.total = {50};
    out.remainder = Wide(Uint128{1} << 70);
    return out;
  }
  Statement disputed() const {
    auto out = statement();
    out.is_last = true;
    out.dispute = Statement::Dispute{{Wide(9), AuditWord::failed}, {Wide(8), AuditWord::missed}};
    return out;
  }
  Terms terms() const {
    Terms out;
    out.owner_key = owner_.public_key();
    out.holder_key = holder_.public_key();
    return out;
  }
  CoSigned co_signed() const {
    const auto payload = encode(statement());
    return {payload, owner_.sign(kStatementPurpose, payload), holder_.sign(kStatementHolderPurpose, payload)};
  }
  template <class Change>
  bool passes(Change change) const {
    auto changed = statement();
    change(changed);
    const auto back = decode_statement(encode(changed));
    return back && *back == changed;
  }
};

TEST_F(StatementTest, RoundTrips) {
  EXPECT_EQ(*decode_statement(encode(statement())), statement());
  EXPECT_EQ(*decode_statement(encode(disputed())), disputed());
  auto largest = disputed();
  largest.number = largest.revision = UINT64_MAX;
  largest.total = largest.amount = {INT64_MAX};
  largest.figures.byte_ms = largest.remainder = Wide(~Uint128{0});
  EXPECT_EQ(*decode_statement(encode(largest)), largest);
  EXPECT_LE(encode(CoSigned{encode(largest), {}, {}}).size(), kMaxCoSignedSize);
}

TEST_F(StatementTest, EachFieldIsKeptToItsRange) {
  EXPECT_TRUE(passes([](auto&) {}));
  EXPECT_FALSE(passes([](auto& s) { s.number = 0; }));
  EXPECT_FALSE(passes([](auto& s) { s.end = s.start - std::chrono::milliseconds(1); }));
  EXPECT_TRUE(passes([](auto& s) { s.end = s.start; }));
  EXPECT_FALSE(passes([](auto& s) { s.end = from_unix_ms(1LL << 48); }));
  EXPECT_FALSE(passes([](auto& s) { s.start = from_unix_ms(-1); }));
  EXPECT_FALSE(passes([](auto& s) { s.amount = {-1}; }));
  EXPECT_FALSE(passes([](auto& s) { s.total = {s.amount.value - 1}; }));
  EXPECT_FALSE(passes([](auto& s) { s.figures.audit = static_cast<AuditWord>(4); }));
}

TEST_F(StatementTest, BothSignaturesAreChecked) {
  const auto good = co_signed();
  EXPECT_EQ(*verify_statement(good, terms()), statement());
  EXPECT_EQ(*verify_proposed_statement({good.payload, good.owner_signature}, owner_.public_key()),
            statement());
  auto swapped = good;
  std::swap(swapped.owner_signature, swapped.holder_signature);
  EXPECT_FALSE(verify_statement(swapped, terms()));
  auto unsigned_by_holder = good;
  unsigned_by_holder.holder_signature = holder_.sign(kStatementPurpose, good.payload);
  EXPECT_FALSE(verify_statement(unsigned_by_holder, terms()));
  EXPECT_FALSE(verify_proposed_statement({good.payload, good.owner_signature}, holder_.public_key()));
}

TEST_F(StatementTest, HostileStatementsDecodeToNothingImpossible) {
  for_hostile_variants(encode(disputed()), [](const Bytes& bytes) {
    const auto back = decode_statement(bytes);
    if (!back) return;
    EXPECT_LE(back->start, back->end);
    EXPECT_GE(back->total, back->amount);
    EXPECT_EQ(*decode_statement(encode(*back)), *back);
  });
}

TEST_F(StatementTest, AHoldersFiguresAreSigned) {
  const OwnFigures own{statement().agreement, 7, statement().end, 11, {Wide(123), AuditWord::passed}};
  const auto bytes = encode_own_figures(own, holder_);
  EXPECT_EQ(*decode_own_figures(bytes, holder_.public_key()), own);
  EXPECT_FALSE(decode_own_figures(bytes, owner_.public_key()));
  for_hostile_variants(bytes, [&](const Bytes& variant) {
    const auto back = decode_own_figures(variant, holder_.public_key());
    if (back) EXPECT_EQ(*back, own);
  });
}

TEST_F(StatementTest, ACallHoldsOneToFortyEight) {
  const auto one = co_signed();
  AgreeStatements message;
  EXPECT_FALSE(decode_agree_statements(encode(message)));
  message.statements.assign(kMaxStatementsPerCall, {one.payload, one.owner_signature});
  EXPECT_EQ(decode_agree_statements(encode(message))->statements.size(), kMaxStatementsPerCall);
  EXPECT_LE(encode(message).size(), std::size_t{1} << 20);
  message.statements.push_back(message.statements.front());
  EXPECT_FALSE(decode_agree_statements(encode(message)));
  message.statements = {{Bytes(600), {}}};
  EXPECT_FALSE(decode_agree_statements(encode(message)));
}

class ReplyTest : public StatementTest {
 protected:
  StatementReply agreed() const {
    StatementReply out;
    out.signed_by_both = co_signed();
    return out;
  }
  StatementReply disputed_reply() const {
    StatementReply out;
    out.outcome = StatementReply::Outcome::disputed;
    out.own_figures = {1, 2, 3};
    return out;
  }
  StatementReply refused() const {
    StatementReply out;
    out.outcome = StatementReply::Outcome::refused;
    out.code = Errc::conflict;
    out.detail = "no";
    return out;
  }
};

TEST_F(ReplyTest, RoundTrips) {
  Standing standing;
  standing.state = UnpaidState::warned;
  standing.oldest_unpaid = from_unix_ms(5);
  standing.due_since = from_unix_ms(6);
  standing.stops_at = from_unix_ms(7);
  standing.deletes_at = from_unix_ms(8);
  const auto back =
      decode_agree_statements_reply(encode(AgreeStatementsReply{{agreed(), disputed_reply()}, standing}));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->standing, standing);
  ASSERT_EQ(back->replies.size(), 2U);
  EXPECT_EQ(back->replies[0].signed_by_both, co_signed());
  EXPECT_EQ(back->replies[1].own_figures, (Bytes{1, 2, 3}));
  const auto no = decode_agree_statements_reply(encode(AgreeStatementsReply{{refused()}, {}}));
  ASSERT_TRUE(no);
  EXPECT_EQ(no->replies[0].code, Errc::conflict);
  EXPECT_EQ(no->replies[0].detail, "no");
}

TEST_F(ReplyTest, NothingFollowsWhatIsNotAgreed) {
  EXPECT_FALSE(decode_agree_statements_reply(encode(AgreeStatementsReply{{refused(), agreed()}, {}})));
  EXPECT_FALSE(
      decode_agree_statements_reply(encode(AgreeStatementsReply{{disputed_reply(), refused()}, {}})));
  EXPECT_FALSE(decode_agree_statements_reply(encode(AgreeStatementsReply())));
  EXPECT_FALSE(decode_agree_statements_reply(
      encode(AgreeStatementsReply{std::vector<StatementReply>(kMaxStatementsPerCall + 1, agreed()), {}})));
}

TEST_F(ReplyTest, AStandingHasAllItsDatesOrNone) {
  Standing standing;
  standing.state = UnpaidState::stopped;
  EXPECT_FALSE(decode_agree_statements_reply(encode(AgreeStatementsReply{{refused()}, standing})));
  standing.due_since = standing.stops_at = standing.deletes_at = from_unix_ms(9);
  EXPECT_TRUE(decode_agree_statements_reply(encode(AgreeStatementsReply{{refused()}, standing})));
  standing.stops_at.reset();
  EXPECT_FALSE(decode_agree_statements_reply(encode(AgreeStatementsReply{{refused()}, standing})));
  standing.stops_at = from_unix_ms(-4);
  EXPECT_FALSE(decode_agree_statements_reply(encode(AgreeStatementsReply{{refused()}, standing})));
}

TEST_F(ReplyTest, HostileRepliesAreBounded) {
  for_hostile_variants(encode(AgreeStatementsReply{{agreed(), disputed_reply()}, {}}),
                       [](const Bytes& bytes) {
                         const auto back = decode_agree_statements_reply(bytes);
                         if (!back) return;
                         EXPECT_GE(back->replies.size(), 1U);
                         EXPECT_LE(back->replies.size(), kMaxStatementsPerCall);
                       });
}

}  // namespace
}  // namespace mycostr::wire
