#include "unit/agreement/owner_fixture.hpp"

namespace mycostr::agreement {
namespace {

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
