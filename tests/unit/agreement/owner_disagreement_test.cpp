// What becomes of an agreement on which the two sides do not agree.
#include "unit/agreement/owner_fixture.hpp"

namespace mycostr::agreement {
namespace {

class DisagreementTest : public OwnerServiceTest {
 protected:
  /// Two shards join, and the owner comes back with its disk of before the second. Returns the first.
  wire::ShardEntry lose_the_second_change() {
    const auto first = pair_.stored_shard();
    pair_.queue(first);
    pair_.pass(1min);
    const auto old = pair_.owner_meta.rows();
    pair_.queue(pair_.stored_shard());
    pair_.pass(1min);
    restore(pair_.owner_meta, old);
    pair_.restart_owner();
    return first;
  }
};

TEST_F(DisagreementTest, AnOldDiskOfEitherSideEndsTheAgreementAndItsShardsJoinAnother) {
  for (const bool at_owner : {true, false}) {
    Pair pair(9);
    auto& meta = at_owner ? pair.owner_meta : pair.holder_meta;
    const auto first = pair.stored_shard();
    pair.queue(first);
    pair.pass(1min);
    const auto old = meta.rows();
    const auto second = pair.stored_shard();
    pair.queue(second);
    pair.pass(1min);
    pair.expect_agreed({first.id, second.id});
    restore(meta, old);
    at_owner ? pair.restart_owner() : pair.restart_holder();
    // An owner that lost the row of a shard has lost the shard; here its catalog brings it back.
    const auto third = pair.stored_shard();
    pair.queue(third);
    if (at_owner) pair.queue(second);
    pair.pass(10min);
    pair.expect_agreed({first.id, second.id, third.id});
    EXPECT_EQ(pair.denials, at_owner ? 0 : 1) << "the holder has signed what it does not know now";
  }
}

TEST_F(DisagreementTest, AHolderThatShowsANewerRevisionGetsAnotherAgreement) {
  const auto first = lose_the_second_change();
  const auto former = pair_.at_owner()->id;
  // Nothing waits: only an audit tells that the holder is further on.
  pair_.pass(1h);
  EXPECT_EQ(pair_.at_owner()->id, former);
  pair_.owes_answer = true;
  pair_.owner->service.compare(pair_.holder_identity.id());
  pair_.pass(1min);
  EXPECT_EQ(pair_.owner->book.find(former)->state, State::ended) << "the holder need not wait for it";
  pair_.owes_answer = false;
  pair_.pass(10min);
  pair_.expect_agreed({first.id});
  EXPECT_NE(pair_.at_owner()->id, former);
}

TEST_F(DisagreementTest, ANumberThatWasSignedTwiceTellsThatTheOwnerHasLostSomething) {
  const auto first = lose_the_second_change();
  const auto former = pair_.at_owner()->id;
  // A change of the same number is under way when the holder comes to owe an answer.
  pair_.line = Line::stalls;
  const auto late = pair_.stored_shard();
  pair_.queue(late);
  pair_.pass(1min);
  pair_.owes_answer = true;
  pair_.line = Line::good;
  pair_.pass(10min);
  EXPECT_EQ(pair_.owner->book.find(former)->state, State::ended);
  pair_.owes_answer = false;
  pair_.pass(10min);
  pair_.expect_agreed({first.id, late.id});
  EXPECT_NE(pair_.at_owner()->id, former);
}

TEST_F(DisagreementTest, AGivenUpAgreementGoesOnAfterARestart) {
  const auto shards = add(600);
  pair_.pass(1min);
  const auto former = pair_.at_owner()->id;
  pair_.lie = [&](const PeerCall& call) -> std::optional<Result<PeerReply>> {
    if (call.operation != wire::operations::kChangeAgreement || pair_.at_owner() == nullptr)
      return std::nullopt;
    return Result<PeerReply>(
        PeerReply{wire::encode(wire::ChangeReply{wire::ChangeReply::Outcome::conflict}), {}, {}});
  };
  pair_.owner->service.compare(pair_.holder_identity.id());
  while (pair_.at_owner() != nullptr) pair_.pass(1s);
  pair_.lie = {};
  EXPECT_EQ(pair_.owner->book.find(former)->state, State::ending);
  pair_.line = Line::loses_answers;
  pair_.restart_owner();
  pair_.pass(10s);
  pair_.restart_owner();
  pair_.line = Line::good;
  pair_.pass(10min);
  pair_.expect_agreed(shards);
  EXPECT_NE(pair_.at_owner()->id, former);
  EXPECT_EQ(pair_.owner->book.find(former)->state, State::ended);
}

TEST_F(DisagreementTest, ComparingChangesNothingWhereBothKnowTheSame) {
  const auto shards = add(3);
  pair_.pass(1min);
  const auto revision = pair_.at_owner()->signed_revision;
  pair_.owner->service.compare(pair_.holder_identity.id());
  pair_.pass(10min);
  pair_.expect_agreed(shards);
  EXPECT_EQ(pair_.at_owner()->signed_revision, revision);
}

TEST_F(DisagreementTest, AnAgreementThatOnlyTheHolderKnowsIsReplaced) {
  add(1);
  pair_.pass(1min);
  WriteBatch wiped;
  for (const auto& [key, value] : pair_.owner_meta.rows()) wiped.erase(key);
  pair_.owner_meta.apply(std::move(wiped));
  pair_.restart_owner();
  pair_.owner->service.compare(pair_.holder_identity.id());
  pair_.pass(1min);
  ASSERT_NE(pair_.at_owner(), nullptr);
  EXPECT_EQ(pair_.at_holder()->id, pair_.at_owner()->id);
  EXPECT_EQ(pair_.at_holder()->revision.shards, 0U);
}

TEST_F(DisagreementTest, WhoOwesAnAnswerSignsOnlyWhatWasUnderWay) {
  auto shards = add(2);
  pair_.pass(1min);
  pair_.line = Line::loses_answers;
  shards.merge(add(2));
  pair_.pass(1min);
  pair_.owes_answer = true;
  pair_.line = Line::good;
  pair_.pass(10min);
  EXPECT_EQ(pair_.at_owner()->signed_revision, pair_.at_holder()->signed_revision);
  const auto late = add(2);
  EXPECT_EQ(pair_.leave({*shards.begin()}).error().code, Errc::unreachable);
  pair_.pass(10min);
  EXPECT_EQ(pair_.rows_of(pair_.owner_meta, "gj/"), late.size()) << "they wait";
  pair_.owes_answer = false;
  pair_.pass(10min);
  shards.insert(late.begin(), late.end());
  pair_.expect_agreed(shards);
}

TEST_F(DisagreementTest, AnAuditUnderWayIsWaitedFor) {
  auto shards = add(2);
  pair_.pass(1min);
  pair_.is_asked = true;
  shards.merge(add(2));
  pair_.pass(1min);
  EXPECT_EQ(pair_.at_owner()->revision.number, 1U);
  const auto gone = *shards.begin();
  async::TaskGroup group(pair_.loop.get_executor(), "leaving");
  bool has_left = false;
  struct Leaving {
    static Task<> one(OwnerService& service, NodeId holder, ShardId shard, bool& left) {
      left = (co_await service.leave(holder, {shard})).has_value();
    }
  };
  group.spawn(Leaving::one(pair_.owner->service, pair_.holder_identity.id(), gone, has_left));
  pair_.pass(5s);
  EXPECT_FALSE(has_left);
  pair_.is_asked = false;
  pair_.clock.run(group.join());
  EXPECT_TRUE(has_left);
  pair_.pass(1min);
  shards.erase(gone);
  pair_.expect_agreed(shards);
}

TEST_F(DisagreementTest, AHolderWithAnOlderRevisionIsToldThatItIsOver) {
  const auto first = pair_.stored_shard();
  pair_.queue(first);
  pair_.pass(1min);
  const auto old = pair_.holder_meta.rows();
  const auto second = pair_.stored_shard();
  pair_.queue(second);
  pair_.pass(1min);
  ASSERT_TRUE(pair_.leave({second.id, first.id}));
  restore(pair_.holder_meta, old);
  pair_.restart_holder();
  const auto begin_deletion = [&] {
    return pair_.clock.run(pair_.holder->service.begin_deletion(pair_.owner_identity.id(), {first.id}));
  };
  EXPECT_EQ(begin_deletion().error().code, Errc::conflict);
  // It takes no new agreement, and the shards are to go all the same.
  pair_.asked_price.reset();
  pair_.owner->service.compare(pair_.holder_identity.id());
  pair_.pass(10min);
  EXPECT_TRUE(begin_deletion());
  EXPECT_EQ(pair_.at_holder(), nullptr);
}

TEST_F(DisagreementTest, WhatLeavesOneThatIsGivenUpJoinsNoOther) {
  auto shards = add(5);
  pair_.pass(1min);
  const auto former = pair_.at_owner()->id;
  const auto gone = *shards.begin();
  // The change that takes it out finds that the holder has an older revision.
  pair_.lie = [&](const PeerCall& call) -> std::optional<Result<PeerReply>> {
    const bool is_first = call.operation == wire::operations::kChangeAgreement &&
                          pair_.at_owner() != nullptr && pair_.at_owner()->id == former;
    if (!is_first) return std::nullopt;
    return Result<PeerReply>(
        PeerReply{wire::encode(wire::ChangeReply{wire::ChangeReply::Outcome::conflict}), {}, {}});
  };
  auto left = pair_.leave({gone});
  for (int i = 0; i < 10 && !left; ++i) {
    pair_.pass(20s);
    left = pair_.leave({gone});
  }
  EXPECT_TRUE(left);
  pair_.pass(10min);
  shards.erase(gone);
  pair_.expect_agreed(shards);
  EXPECT_NE(pair_.at_owner()->id, former);
  EXPECT_TRUE(pair_.missing.empty());
}

/// What a holder may say to get another agreement, and with it other questions.
class LyingHolderTest : public OwnerServiceTest {
 protected:
  using Reply = std::optional<Result<PeerReply>>;

  LyingHolderTest() {
    shards_ = add(3);
    pair_.pass(1min);
    agreement_ = pair_.at_owner()->id;
    newest_ = pair_.at_owner()->signed_revision;
  }
  static Reply reply(const wire::ChangeReply& message) {
    return Result<PeerReply>(PeerReply{wire::encode(message), {}, {}});
  }
  static Reply conflict(std::optional<wire::CoSigned> shown) {
    return reply({wire::ChangeReply::Outcome::conflict, std::move(shown)});
  }
  static Reply unknown() { return Result<PeerReply>(fail(Errc::not_found, "what agreement?")); }
  /// The lie is told to all changes for hours.
  void tell(std::function<Reply()> lie) {
    pair_.lie = [lie = std::move(lie)](const PeerCall& call) -> Reply {
      return call.operation == wire::operations::kChangeAgreement ? lie() : std::nullopt;
    };
    for (int i = 0; i < 5; ++i) {
      pair_.owner->service.compare(pair_.holder_identity.id());
      pair_.pass(1h);
    }
    ASSERT_NE(pair_.at_owner(), nullptr);
    EXPECT_EQ(pair_.at_owner()->id, agreement_);
  }

  std::set<ShardId> shards_;
  AgreementId agreement_;
  wire::CoSigned newest_;
};

TEST_F(LyingHolderTest, WhileItOwesAnAnswerItsWordEndsNothing) {
  pair_.owes_answer = true;
  tell(unknown);
  tell([] { return conflict(std::nullopt); });
  tell([&] { return conflict(newest_); });
}

TEST_F(LyingHolderTest, LikewiseWithAChangeUnderWay) {
  pair_.line = Line::stalls;
  add(1);
  pair_.pass(1min);
  pair_.line = Line::good;
  pair_.owes_answer = true;
  tell([] { return conflict(std::nullopt); });
  tell(unknown);
}

TEST_F(LyingHolderTest, AChangeThatItDeniedIsNoEvidence) {
  // It says that a shard is missing, and signs the change that would have added it by itself.
  std::optional<wire::CoSigned> kept_back;
  pair_.lie = [&](const PeerCall& call) -> Reply {
    if (call.operation != wire::operations::kChangeAgreement || kept_back) return std::nullopt;
    const auto change = wire::decode_change_agreement(call.message);
    const auto& proposal = change->revision;
    kept_back = wire::CoSigned{proposal.payload, proposal.signature,
                               pair_.holder_identity.sign(wire::kRevisionHolderPurpose, proposal.payload)};
    return reply(
        {wire::ChangeReply::Outcome::missing, {}, {wire::decode_delta(change->delta)->added.front().id}});
  };
  add(1);
  pair_.pass(1min);
  ASSERT_TRUE(kept_back);
  pair_.owes_answer = true;
  tell([&] { return conflict(*kept_back); });
}

TEST_F(LyingHolderTest, WithoutADebtDisagreementMakesAnotherAgreement) {
  pair_.lie = [&](const PeerCall& call) -> Reply {
    const bool is_first = call.operation == wire::operations::kChangeAgreement &&
                          pair_.at_owner() != nullptr && pair_.at_owner()->id == agreement_;
    return is_first ? conflict(std::nullopt) : std::nullopt;
  };
  pair_.owner->service.compare(pair_.holder_identity.id());
  pair_.pass(10min);
  pair_.expect_agreed(shards_);
  EXPECT_NE(pair_.at_owner()->id, agreement_);
}

}  // namespace
}  // namespace mycostr::agreement
