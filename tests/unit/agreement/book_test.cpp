#include "agreement/book.hpp"

#include <gtest/gtest.h>

#include "agreement/join_queue.hpp"
#include "support/memory_meta_store.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::agreement {
namespace {

class BookTest : public testing::Test {
 protected:
  Agreement an_agreement(Role role) {
    wire::Terms terms;
    terms.owner_key = random_.make<PublicKey>();
    terms.holder_key = random_.make<PublicKey>();
    terms.network_id = "test";
    terms.since = from_unix_ms(1'800'000'000'000);
    terms.nonce = random_.make<wire::TermsNonce>();
    return make_agreement(role, terms,
                          {wire::encode(terms), random_.make<Signature>(), random_.make<Signature>()});
  }
  Agreement with_revision(Agreement agreement) {
    agreement.revision.number = 7;
    agreement.revision.shards = 3;
    agreement.revision.bytes = {4096 * 3};
    agreement.signed_revision = {wire::encode(agreement.revision), random_.make<Signature>(),
                                 random_.make<Signature>()};
    agreement.last_number = 9;
    return agreement;
  }
  Result<void> save(std::vector<Agreement> agreements) {
    return clock_.run(book_.save(std::move(agreements), {}, Durability::synced));
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::MemoryMetaStore store_;
  test::SeededRandom random_{3};
  Book book_{store_};
};

TEST_F(BookTest, WhatIsSavedIsThereAfterARestart) {
  auto first = with_revision(an_agreement(Role::owner));
  first.rejoins = true;
  first.state = State::ending;
  const auto second = an_agreement(Role::holder);
  ASSERT_TRUE(save({first, second}));
  Book again(store_);
  ASSERT_TRUE(clock_.run(again.open()));
  ASSERT_EQ(again.all().size(), 2U);
  const auto* back = again.find(first.id);
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(back->role, Role::owner);
  EXPECT_EQ(back->peer, crypto::node_id_of(first.terms.holder_key));
  EXPECT_EQ(back->state, State::ending);
  EXPECT_EQ(back->terms, first.terms);
  EXPECT_EQ(back->signed_terms, first.signed_terms);
  EXPECT_EQ(back->revision, first.revision);
  EXPECT_EQ(back->signed_revision, first.signed_revision);
  EXPECT_EQ(back->last_number, 9U);
  EXPECT_TRUE(back->rejoins);
  EXPECT_EQ(again.with(Role::holder, second.peer)->id, second.id);
  EXPECT_EQ(again.with(Role::owner, first.peer), nullptr) << "it is ending";
}

TEST_F(BookTest, WhatCouldNotBeSavedIsNotKnown) {
  store_.set_broken(true);
  const auto agreement = an_agreement(Role::owner);
  EXPECT_EQ(save({agreement}).error().code, Errc::io);
  EXPECT_EQ(book_.find(agreement.id), nullptr);
  EXPECT_EQ(book_.with(Role::owner, agreement.peer), nullptr);
}

TEST_F(BookTest, TheActiveOneOfAPeerFollowsTheState) {
  auto agreement = an_agreement(Role::owner);
  ASSERT_TRUE(save({agreement}));
  EXPECT_NE(book_.with(Role::owner, agreement.peer), nullptr);
  EXPECT_EQ(book_.with(Role::holder, agreement.peer), nullptr);
  agreement.state = State::ended;
  ASSERT_TRUE(save({agreement}));
  EXPECT_EQ(book_.with(Role::owner, agreement.peer), nullptr);
  EXPECT_EQ(book_.in_state(Role::owner, State::ended), std::vector{agreement.id});
  ASSERT_TRUE(clock_.run(book_.forget(agreement.id, {})));
  EXPECT_TRUE(book_.all().empty());
  EXPECT_TRUE(store_.rows().empty());
}

TEST_F(BookTest, ARowThatCannotBeReadIsCorrupt) {
  const auto agreement = with_revision(an_agreement(Role::owner));
  const auto row = encode_row(agreement);
  EXPECT_TRUE(decode_row(agreement.id, row));
  EXPECT_FALSE(decode_row(random_.make<AgreementId>(), row)) << "the terms are another agreement's";
  for (std::size_t size = 0; size < row.size(); ++size) {
    if (const auto back = decode_row(agreement.id, row.substr(0, size))) {
      EXPECT_EQ(back->terms, agreement.terms) << "only what follows the terms may be cut off";
    }
  }
  WriteBatch batch;
  batch.put("g/" + std::string(agreement.id.text()), "rubbish");
  store_.apply(std::move(batch));
  EXPECT_EQ(clock_.run(book_.open()).error().code, Errc::corrupt);
}

TEST_F(BookTest, TheQueueKnowsWhoWaitsAfterARestart) {
  const auto a = random_.make<NodeId>();
  const auto b = random_.make<NodeId>();
  WriteBatch batch;
  for (const auto& holder : {a, b}) {
    for (int i = 0; i < 5; ++i) JoinQueue::add(batch, holder, {random_.make<ShardId>(), {8192}});
  }
  const wire::ShardEntry denied{random_.make<ShardId>(), {4096}};
  JoinQueue::mark_missing(batch, b, denied);
  store_.apply(std::move(batch));
  JoinQueue queue(store_);
  ASSERT_TRUE(clock_.run(queue.open()));
  const ByteCount five{5 * 8192};
  EXPECT_EQ(queue.holders(), (std::map<NodeId, ByteCount>{{a, five}, {b, five}}));
  const auto waiting = clock_.run(queue.waiting(a, 3));
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->size(), 3U);
  EXPECT_EQ(waiting->front().size, ByteCount{8192});
  EXPECT_TRUE(clock_.run(queue.waiting(random_.make<NodeId>(), 3))->empty());
  const auto missing = clock_.run(queue.missing(std::nullopt, 10));
  ASSERT_EQ(missing->size(), 1U);
  EXPECT_EQ(missing->front().holder, b);
  EXPECT_EQ(missing->front().shard, denied.id);
  EXPECT_TRUE(clock_.run(queue.missing(missing->back(), 10))->empty());
  WriteBatch rest;
  for (const auto& entry : *clock_.run(queue.waiting(a, 10))) JoinQueue::joined(rest, a, entry.id);
  store_.apply(std::move(rest));
  EXPECT_TRUE(clock_.run(queue.waiting(a, 3))->empty());
  EXPECT_EQ(queue.holders(), (std::map<NodeId, ByteCount>{{b, five}})) << "nothing waits for it any more";
}

TEST_F(BookTest, EachNewRevisionIsTakenDownInItsBatch) {
  std::vector<std::uint64_t> revisions;
  book_.on_revision = [&](WriteBatch& batch, const Agreement& agreement) {
    revisions.push_back(agreement.revision.number);
    batch.put("revision", std::to_string(agreement.revision.number));
  };
  auto agreement = an_agreement(Role::holder);
  ASSERT_TRUE(save({agreement}));
  EXPECT_TRUE(revisions.empty());
  agreement = with_revision(agreement);
  store_.set_broken(true);
  EXPECT_FALSE(save({agreement}));
  store_.set_broken(false);
  EXPECT_FALSE(store_.rows().contains("revision"));
  ASSERT_TRUE(save({agreement}));
  EXPECT_EQ(store_.rows().at("revision"), "7");
  agreement.state = State::ending;
  ASSERT_TRUE(save({agreement}));
  EXPECT_EQ(revisions, (std::vector<std::uint64_t>{7, 7}));
}

TEST_F(BookTest, WhatIsOverIsToldInItsBatch) {
  std::vector<AgreementId> over;
  book_.on_over = [&](WriteBatch& batch, const AgreementId& id) {
    over.push_back(id);
    batch.erase("row of " + id.hex());
  };
  auto agreement = with_revision(an_agreement(Role::holder));
  store_.apply({{{"row of " + agreement.id.hex(), "x"}}});
  ASSERT_TRUE(save({agreement}));
  EXPECT_TRUE(over.empty());
  agreement.state = State::ending;
  ASSERT_TRUE(save({agreement}));
  EXPECT_EQ(over.size(), 1U);
  EXPECT_FALSE(store_.rows().contains("row of " + agreement.id.hex()));
  ASSERT_TRUE(clock_.run(book_.forget(agreement.id, {})));
  EXPECT_EQ(over, (std::vector{agreement.id, agreement.id}));
}

}  // namespace
}  // namespace mycostr::agreement
