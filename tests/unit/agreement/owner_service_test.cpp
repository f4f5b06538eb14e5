#include "unit/agreement/pair.hpp"

namespace mycostr::agreement {
namespace {

using namespace std::chrono_literals;

class OwnerServiceTest : public testing::Test {
 protected:
  /// Stored and queued.
  std::set<ShardId> add(std::size_t count) {
    std::vector<wire::ShardEntry> shards;
    for (std::size_t i = 0; i < count; ++i) shards.push_back(pair_.stored_shard());
    std::set<ShardId> out;
    for (const auto& shard : shards) {
      pair_.queue(shard);
      out.insert(shard.id);
    }
    return out;
  }
  static void restore(test::MemoryMetaStore& meta, const test::MemoryMetaStore::Rows& then) {
    WriteBatch back;
    for (const auto& [key, value] : meta.rows()) back.erase(key);
    for (const auto& [key, value] : then) back.put(key, value);
    meta.apply(std::move(back));
  }
  static std::vector<ShardId> list(const std::set<ShardId>& shards) { return {shards.begin(), shards.end()}; }

  Pair pair_{5};
};

TEST_F(OwnerServiceTest, ShardsThatWaitJoinAnAgreement) {
  const auto shards = add(3);
  pair_.pass(6s);
  pair_.expect_agreed(shards);
  EXPECT_EQ(pair_.at_owner()->revision.number, 1U) << "one change for all";
  EXPECT_EQ(pair_.at_owner()->terms.price_msat_per_tb_month, 100U);
  EXPECT_EQ(pair_.at_owner()->role, Role::owner);
  EXPECT_EQ(pair_.at_holder()->role, Role::holder);
}

TEST_F(OwnerServiceTest, NothingIsSignedForMoreThanTheHighestPrice) {
  pair_.asked_price = pair_.told_price = 1001;
  const auto shards = add(3);
  pair_.pass(5min);
  EXPECT_EQ(pair_.at_owner(), nullptr);
  pair_.asked_price = pair_.told_price = 1000;
  pair_.pass(5min);
  pair_.expect_agreed(shards);
}

TEST_F(OwnerServiceTest, AThousandShardsAChange) {
  auto shards = add(2100);
  pair_.pass(2min);
  pair_.expect_agreed(shards);
  EXPECT_EQ(pair_.at_owner()->revision.number, 3U);
  EXPECT_TRUE(pair_.leave(list(shards)));
  pair_.expect_agreed({});
  EXPECT_EQ(pair_.at_owner()->revision.number, 6U);
}

TEST_F(OwnerServiceTest, SleepsWhileNothingWaits) {
  pair_.pass(1h);
  const auto shards = add(1);
  pair_.pass(6s);
  const auto calls = pair_.calls.size();
  pair_.pass(1h);
  EXPECT_EQ(pair_.calls.size(), calls);
  EXPECT_EQ(pair_.clock.sleepers(), 0U);
}

TEST_F(OwnerServiceTest, WhatLeavesIsOutOnBothSides) {
  auto shards = add(10);
  pair_.pass(6s);
  const auto gone = *shards.begin();
  ASSERT_TRUE(pair_.leave({gone}));
  shards.erase(gone);
  pair_.expect_agreed(shards);
}

TEST_F(OwnerServiceTest, WhatOnlyWaitsLeavesWithoutACall) {
  pair_.line = Line::dead;
  const auto shards = add(2);
  EXPECT_TRUE(pair_.leave(list(shards)));
  EXPECT_TRUE(pair_.calls.empty());
  pair_.line = Line::good;
  pair_.pass(1min);
  EXPECT_EQ(pair_.at_owner(), nullptr);
  EXPECT_TRUE(pair_.leave({pair_.random.make<ShardId>()})) << "what is nowhere has left";
}

TEST_F(OwnerServiceTest, LeavingFailsWhileTheHolderIsAway) {
  const auto shards = add(3);
  pair_.pass(6s);
  pair_.line = Line::dead;
  EXPECT_EQ(pair_.leave(list(shards)).error().code, Errc::unreachable);
  pair_.line = Line::good;
  EXPECT_TRUE(pair_.leave(list(shards)));
  pair_.expect_agreed({});
}

TEST_F(OwnerServiceTest, SeveralWhoWantShardsGoneShareAChange) {
  const auto shards = add(6);
  pair_.pass(6s);
  const auto calls = pair_.calls.size();
  int done = 0;
  async::TaskGroup group(pair_.loop.get_executor(), "leaving");
  struct Leaving {
    static Task<> one(OwnerService& service, NodeId holder, ShardId shard, int& done) {
      const auto left = co_await service.leave(holder, {shard});
      EXPECT_TRUE(left);
      ++done;
    }
  };
  for (const auto& shard : shards) {
    group.spawn(Leaving::one(pair_.owner->service, pair_.holder_identity.id(), shard, done));
  }
  pair_.clock.run(group.join());
  EXPECT_EQ(done, 6);
  EXPECT_LE(pair_.calls.size() - calls, 2U);
  pair_.expect_agreed({});
}

TEST_F(OwnerServiceTest, ALostAnswerIsAskedForAgain) {
  const auto first = add(3);
  pair_.pass(6s);
  pair_.line = Line::loses_answers;
  auto shards = add(4);
  pair_.pass(6s);
  EXPECT_EQ(pair_.at_holder()->revision.number, 2U);
  EXPECT_EQ(pair_.at_owner()->revision.number, 1U);
  pair_.restart_owner();
  pair_.line = Line::good;
  pair_.pass(1min);
  shards.insert(first.begin(), first.end());
  pair_.expect_agreed(shards);
  EXPECT_EQ(pair_.at_owner()->revision.number, 2U) << "the change that was signed, not another one";
}

TEST_F(OwnerServiceTest, ALostLeaveIsFinishedByItself) {
  auto shards = add(3);
  pair_.pass(6s);
  pair_.line = Line::loses_answers;
  const auto gone = *shards.begin();
  EXPECT_EQ(pair_.leave({gone}).error().code, Errc::timeout);
  pair_.restart_owner();
  pair_.line = Line::good;
  pair_.pass(1min);
  shards.erase(gone);
  pair_.expect_agreed(shards);
}

TEST_F(OwnerServiceTest, LostTermsAreProposedAnew) {
  pair_.line = Line::loses_answers;
  const auto shards = add(1);
  pair_.pass(6s);
  EXPECT_NE(pair_.at_holder(), nullptr);
  EXPECT_EQ(pair_.at_owner(), nullptr);
  pair_.line = Line::good;
  pair_.pass(5min);
  pair_.expect_agreed(shards);
  EXPECT_EQ(pair_.rows_of(pair_.holder_meta, "g/"), 1U) << "the first one was never used";
}

TEST_F(OwnerServiceTest, WhatTheHolderHasNotGotStaysOut) {
  auto shards = add(2);
  const wire::ShardEntry lost{pair_.random.make<ShardId>(), {4096}};
  pair_.queue(lost);
  pair_.pass(1min);
  pair_.expect_agreed(shards);
  EXPECT_EQ(pair_.missing, std::vector{lost.id});
  pair_.restart_owner();
  pair_.pass(1min);
  EXPECT_EQ(pair_.missing.size(), 2U) << "told again after a restart";
  EXPECT_TRUE(pair_.leave({lost.id}));
  pair_.restart_owner();
  pair_.pass(1min);
  EXPECT_EQ(pair_.missing.size(), 2U) << "until it has left";
}

TEST_F(OwnerServiceTest, AHolderThatForgotGetsANewAgreement) {
  const auto shards = add(600);
  pair_.pass(1min);
  const auto before = pair_.at_owner()->id;
  WriteBatch wiped;
  for (const auto& [key, value] : pair_.holder_meta.rows()) wiped.erase(key);
  pair_.holder_meta.apply(std::move(wiped));
  pair_.restart_holder();
  EXPECT_TRUE(pair_.leave({*shards.begin()}));
  pair_.pass(10min);
  auto rest = shards;
  rest.erase(*shards.begin());
  pair_.expect_agreed(rest);
  EXPECT_NE(pair_.at_owner()->id, before);
  EXPECT_EQ(pair_.owner->book.find(before)->state, State::ended);
}

TEST_F(OwnerServiceTest, AnOldDiskOfEitherSideEndsTheAgreementAndItsShardsJoinAnother) {
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
  }
}

TEST_F(OwnerServiceTest, AHolderThatShowsANewerRevisionGetsAnotherAgreement) {
  const auto first = pair_.stored_shard();
  pair_.queue(first);
  pair_.pass(1min);
  const auto old = pair_.owner_meta.rows();
  const auto former = pair_.at_owner()->id;
  const auto gone = pair_.stored_shard();
  pair_.queue(gone);
  pair_.pass(1min);
  restore(pair_.owner_meta, old);
  pair_.restart_owner();
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

TEST_F(OwnerServiceTest, ANumberThatWasSignedTwiceTellsThatTheOwnerHasLostSomething) {
  const auto first = pair_.stored_shard();
  pair_.queue(first);
  pair_.pass(1min);
  const auto old = pair_.owner_meta.rows();
  const auto former = pair_.at_owner()->id;
  pair_.queue(pair_.stored_shard());
  pair_.pass(1min);
  restore(pair_.owner_meta, old);
  pair_.restart_owner();
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

TEST_F(OwnerServiceTest, AGivenUpAgreementGoesOnAfterARestart) {
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

TEST_F(OwnerServiceTest, ComparingChangesNothingWhereBothKnowTheSame) {
  const auto shards = add(3);
  pair_.pass(1min);
  const auto revision = pair_.at_owner()->signed_revision;
  pair_.owner->service.compare(pair_.holder_identity.id());
  pair_.pass(10min);
  pair_.expect_agreed(shards);
  EXPECT_EQ(pair_.at_owner()->signed_revision, revision);
}

TEST_F(OwnerServiceTest, AnAgreementThatOnlyTheHolderKnowsIsReplaced) {
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

TEST_F(OwnerServiceTest, WhoOwesAnAnswerSignsOnlyWhatWasUnderWay) {
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

TEST_F(OwnerServiceTest, AnAuditUnderWayIsWaitedFor) {
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

TEST_F(OwnerServiceTest, AHolderWithAnOlderRevisionIsToldThatItIsOver) {
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

TEST_F(OwnerServiceTest, WhatLeavesOneThatIsGivenUpJoinsNoOther) {
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

TEST_F(RefusalTest, WhatWasToMoveToAnotherAgreementIsMissingToo) {
  const auto shards = add(3);
  pair_.pass(1min);
  pair_.lie = [&](const PeerCall&) -> std::optional<Result<PeerReply>> {
    if (pair_.at_owner() == nullptr) return Result<PeerReply>(fail(Errc::io, "a reason"));
    return Result<PeerReply>(
        PeerReply{wire::encode(wire::ChangeReply{wire::ChangeReply::Outcome::conflict}), {}, {}});
  };
  pair_.owner->service.compare(pair_.holder_identity.id());
  pass_with_others(9h);
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

TEST_F(OwnerServiceTest, KnowsHowMuchWaitsWhere) {
  const auto waiting = [&] {
    const auto& holders = pair_.owner->joins.holders();
    const auto at = holders.find(pair_.holder_identity.id());
    return at == holders.end() ? 0 : at->second.value;
  };
  pair_.line = Line::dead;
  std::uint64_t sum = 0;
  std::vector<ShardId> shards;
  for (int i = 0; i < 5; ++i) {
    const auto shard = pair_.stored_shard();
    pair_.queue(shard);
    sum += shard.size.value;
    shards.push_back(shard.id);
  }
  EXPECT_EQ(waiting(), sum);
  pair_.pass(1min);
  EXPECT_EQ(waiting(), sum);
  pair_.restart_owner();
  EXPECT_EQ(waiting(), sum);
  pair_.line = Line::good;
  pair_.pass(10min);
  EXPECT_EQ(waiting(), 0U);
}

TEST_F(OwnerServiceTest, AnAgreementThatItsOwnerEndsIsEndedOnBothSides) {
  add(400);
  pair_.pass(1min);
  const auto id = pair_.at_owner()->id;
  pair_.line = Line::dead;
  ASSERT_TRUE(pair_.clock.run(pair_.owner->service.end(id)));
  EXPECT_EQ(pair_.clock.run(pair_.owner->service.end(id)).error().code, Errc::not_found);
  pair_.pass(1min);
  EXPECT_EQ(pair_.owner->book.find(id)->state, State::ending);
  pair_.restart_owner();
  pair_.line = Line::good;
  pair_.pass(10min);
  for (const auto* book : {&pair_.owner->book, &pair_.holder->book}) {
    EXPECT_EQ(book->find(id)->state, State::ended);
    EXPECT_TRUE(book->find(id)->revision.ends);
  }
  EXPECT_EQ(pair_.owner_meta.rows().size(), 1U);
  EXPECT_EQ(pair_.holder_meta.rows().size(), 1U);
  const auto shards = add(1);
  pair_.pass(1min);
  EXPECT_NE(pair_.at_owner(), nullptr) << "another one can be made";
}

TEST_F(OwnerServiceTest, PaysWhatTheHolderAsksNow) {
  pair_.asked_price = 500;
  const auto shards = add(1);
  pair_.pass(1min);
  EXPECT_EQ(pair_.at_owner(), nullptr) << "its record is old";
  pair_.told_price = 500;
  pair_.pass(10min);
  pair_.expect_agreed(shards);
  EXPECT_EQ(pair_.at_owner()->terms.price_msat_per_tb_month, 500U);
}

/// Whatever happens to the line and to both sides, they end at the same revision with the right shards.
TEST(AgreementStorm, BothSidesAgreeInTheEnd) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Pair pair(seed);
    auto& random = pair.random;
    std::set<ShardId> there;
    std::set<ShardId> leaving;
    for (int step = 0; step < 60; ++step) {
      pair.line = random.chance(1, 2) ? Line::good : random.chance(1, 2) ? Line::dead : Line::loses_answers;
      pair.holder_is_known = !random.chance(1, 10);
      for (auto left = random.below(8); left > 0; --left) {
        const auto shard = pair.stored_shard();
        pair.queue(shard);
        there.insert(shard.id);
      }
      if (!there.empty() && random.chance(1, 2)) {
        const auto gone = *std::next(there.begin(), static_cast<std::ptrdiff_t>(random.below(there.size())));
        there.erase(gone);
        if (!pair.leave({gone})) leaving.insert(gone);
      }
      if (random.chance(1, 8)) pair.restart_owner();
      if (random.chance(1, 8)) pair.restart_holder();
      pair.pass(std::chrono::seconds(random.below(20)));
    }
    pair.line = Line::good;
    pair.holder_is_known = true;
    EXPECT_TRUE(pair.leave({leaving.begin(), leaving.end()}));
    const auto last = pair.stored_shard();
    pair.queue(last);
    there.insert(last.id);
    pair.pass(10min);
    pair.expect_agreed(there);
  }
}

}  // namespace
}  // namespace mycostr::agreement
