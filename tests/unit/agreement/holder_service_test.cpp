#include "crypto/merkle.hpp"
#include "unit/agreement/pair.hpp"

namespace mycostr::agreement {
namespace {

using namespace std::chrono_literals;
using wire::operations::kChangeAgreement;
using wire::operations::kProposeAgreement;
using Outcome = wire::ChangeReply::Outcome;

/// Calls that the owner's service would not make.
class HolderServiceTest : public testing::Test {
 protected:
  HolderServiceTest() { pair_.holder_is_known = false; }

  wire::Terms terms() {
    return {pair_.owner_identity.public_key(),
            pair_.holder_identity.public_key(),
            100,
            pair_.clock.wall_now(),
            "test",
            pair_.random.make<wire::TermsNonce>()};
  }
  Result<PeerReply> propose(const wire::Terms& terms) {
    return pair_.send(kProposeAgreement,
                      wire::sign_and_encode(pair_.owner_identity, wire::kTermsPurpose, wire::encode(terms)));
  }
  void make_agreement() {
    const auto proposed = terms();
    ASSERT_TRUE(propose(proposed));
    agreement_ = wire::agreement_id(wire::encode(proposed));
  }

  /// The revision after `model_` has become `after`, by this change.
  wire::Revision revision_to(const std::vector<wire::ShardEntry>& after, const wire::Delta& delta) {
    wire::Revision out{agreement_,
                       ++number_,
                       {},
                       after.size(),
                       {},
                       wire::delta_hash(wire::encode(delta)),
                       pair_.clock.wall_now()};
    std::vector<Digest> leaves;
    for (const auto& entry : after) {
      leaves.push_back(wire::leaf_of(entry));
      out.bytes += entry.size;
    }
    out.root = crypto::merkle_root_of_leaves(leaves);
    return out;
  }
  Bytes message_of(const wire::Revision& revision, const wire::Delta& delta) {
    const auto payload = wire::encode(revision);
    return wire::encode(wire::ChangeAgreement{
        {payload, pair_.owner_identity.sign(wire::kRevisionPurpose, payload)}, wire::encode(delta)});
  }
  Result<wire::ChangeReply> change(const wire::Revision& revision, const wire::Delta& delta) {
    const auto reply = pair_.send(kChangeAgreement, message_of(revision, delta));
    if (!reply) return std::unexpected(reply.error());
    return wire::decode_change_reply(reply->message);
  }
  /// One shard joins.
  wire::ShardEntry join() {
    const auto shard = pair_.stored_shard();
    model_.push_back(shard);
    const wire::Delta delta{{}, {shard}};
    const auto reply = change(revision_to(model_, delta), delta);
    EXPECT_TRUE(reply && reply->outcome == Outcome::agreed);
    return shard;
  }

  Pair pair_{6};
  AgreementId agreement_;
  std::uint64_t number_ = 0;
  std::vector<wire::ShardEntry> model_;
};

TEST_F(HolderServiceTest, RefusesTermsThatAreNotItsOwn) {
  const auto refused = [&](auto edit) {
    auto wrong = terms();
    edit(wrong);
    const auto reply = propose(wrong);
    return reply ? Errc::internal : reply.error().code;
  };
  const auto other = test::SeededRandom(1).make<PublicKey>();
  EXPECT_EQ(refused([&](auto& t) { t.holder_key = other; }), Errc::conflict);
  EXPECT_EQ(refused([&](auto& t) { t.owner_key = other; }), Errc::invalid);
  EXPECT_EQ(refused([&](auto& t) { t.network_id = "elsewhere"; }), Errc::conflict);
  EXPECT_EQ(refused([&](auto& t) { t.price_msat_per_tb_month = 99; }), Errc::conflict);
  EXPECT_EQ(refused([&](auto& t) { t.since += 11min; }), Errc::conflict);
  pair_.asked_price.reset();
  EXPECT_EQ(refused([](auto&) {}), Errc::conflict) << "no holder any more";
  EXPECT_TRUE(pair_.holder->book.all().empty());
}

TEST_F(HolderServiceTest, RefusesAnotherOwnersTermsAndAgreement) {
  const auto stranger = crypto::Identity(pair_.random.make<crypto::Identity::Seed>());
  const auto proposal =
      wire::sign_and_encode(pair_.owner_identity, wire::kTermsPurpose, wire::encode(terms()));
  EXPECT_EQ(pair_.send_as(stranger, kProposeAgreement, proposal).error().code, Errc::forbidden);
  make_agreement();
  const auto shard = pair_.stored_shard();
  const wire::Delta delta{{}, {shard}};
  const auto revision = revision_to({shard}, delta);
  EXPECT_EQ(pair_.send_as(stranger, kChangeAgreement, message_of(revision, delta)).error().code,
            Errc::invalid);
  const auto payload = wire::encode(revision);
  const wire::ChangeAgreement theirs{{payload, stranger.sign(wire::kRevisionPurpose, payload)},
                                     wire::encode(delta)};
  EXPECT_EQ(pair_.send_as(stranger, kChangeAgreement, wire::encode(theirs)).error().code, Errc::forbidden);
}

TEST_F(HolderServiceTest, TheSameTermsGetTheSameSignature) {
  const auto proposed = terms();
  const auto first = propose(proposed);
  ASSERT_TRUE(first);
  EXPECT_EQ(propose(proposed)->message, first->message);
  pair_.restart_holder();
  EXPECT_EQ(propose(proposed)->message, first->message);
  EXPECT_EQ(pair_.holder->book.all().size(), 1U);
}

TEST_F(HolderServiceTest, NewTermsEndTheFormerAgreementButNotTooOften) {
  make_agreement();
  const auto former = agreement_;
  join();
  EXPECT_EQ(propose(terms()).error().code, Errc::overloaded);
  pair_.pass(10s);
  make_agreement();
  pair_.pass(1s);
  EXPECT_EQ(pair_.holder->book.find(former)->state, State::ended);
  EXPECT_EQ(pair_.at_holder()->id, agreement_);
  EXPECT_EQ(pair_.rows_of(pair_.holder_meta, "gs/"), 0U);
  EXPECT_EQ(pair_.rows_of(pair_.holder_meta, "gp/"), 0U);
}

TEST_F(HolderServiceTest, ARepeatedChangeGetsTheSameAnswer) {
  make_agreement();
  const auto shard = pair_.stored_shard();
  const wire::Delta delta{{}, {shard}};
  const auto message = message_of(revision_to({shard}, delta), delta);
  const auto first = pair_.send(kChangeAgreement, message);
  ASSERT_TRUE(first);
  pair_.restart_holder();
  EXPECT_EQ(pair_.send(kChangeAgreement, message)->message, first->message);
}

TEST_F(HolderServiceTest, ContradictsWhatIsNotBuiltOnItsRevision) {
  make_agreement();
  const auto shard = join();
  const auto newest = pair_.at_holder()->signed_revision;
  const auto refused = [&](wire::Revision revision, const wire::Delta& delta) {
    const auto reply = change(revision, delta);
    return reply && reply->outcome == Outcome::conflict && reply->revision == newest;
  };
  const wire::Delta remove{{shard.id}, {}};
  auto stale = revision_to({}, remove);
  stale.number = 1;
  EXPECT_TRUE(refused(stale, remove));
  auto wrong_root = revision_to({}, remove);
  wrong_root.root.bytes[0] ^= 1;
  EXPECT_TRUE(refused(wrong_root, remove));
  auto wrong_count = revision_to({}, remove);
  wrong_count.shards = 1;
  EXPECT_TRUE(refused(wrong_count, remove));
  auto wrong_bytes = revision_to({}, remove);
  wrong_bytes.bytes = {4096};
  EXPECT_TRUE(refused(wrong_bytes, remove));
  auto backdated = revision_to({}, remove);
  backdated.at -= 1h;
  EXPECT_TRUE(refused(backdated, remove));
  const wire::Delta remove_other{{pair_.random.make<ShardId>()}, {}};
  EXPECT_TRUE(refused(revision_to({}, remove_other), remove_other));
  const wire::Delta add_again{{}, {shard}};
  EXPECT_TRUE(refused(revision_to({shard, shard}, add_again), add_again));
  EXPECT_EQ(pair_.at_holder()->signed_revision, newest);
  EXPECT_TRUE(change(revision_to({}, remove), remove)) << "and takes the right one";
  EXPECT_EQ(pair_.at_holder()->revision.shards, 0U);
}

TEST_F(HolderServiceTest, RefusesADeltaThatWasNotSigned) {
  make_agreement();
  const auto shard = pair_.stored_shard();
  const auto revision = revision_to({shard}, {{}, {shard}});
  const wire::Delta other{{}, {pair_.stored_shard()}};
  EXPECT_EQ(change(revision, other).error().code, Errc::invalid);
  EXPECT_EQ(change(revision, {})->outcome, Outcome::conflict) << "an owner that only compares";
  auto future = revision_to({shard}, {{}, {shard}});
  future.at += 11min;
  EXPECT_EQ(change(future, {{}, {shard}}).error().code, Errc::invalid);
}

TEST_F(HolderServiceTest, SaysWhatItHasNotGot) {
  make_agreement();
  const auto here = pair_.stored_shard();
  const wire::ShardEntry absent{pair_.random.make<ShardId>(), {4096}};
  auto other_size = pair_.stored_shard();
  other_size.size += {4096};
  const wire::Delta delta{{}, {here, absent, other_size}};
  const auto reply = change(revision_to(delta.added, delta), delta);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->outcome, Outcome::missing);
  EXPECT_EQ(reply->missing, (std::vector{absent.id, other_size.id}));
  EXPECT_EQ(pair_.at_holder()->revision.number, 0U);
}

TEST_F(HolderServiceTest, NothingFollowsTheLastRevision) {
  make_agreement();
  join();
  auto last = revision_to({}, {});
  last.ends = true;
  const auto message = message_of(last, {});
  const auto reply = pair_.send(kChangeAgreement, message);
  ASSERT_TRUE(reply);
  pair_.pass(1s);
  EXPECT_EQ(pair_.holder->book.find(agreement_)->state, State::ended);
  EXPECT_EQ(pair_.send(kChangeAgreement, message)->message, reply->message)
      << "its answer may have been lost";
  const wire::Delta delta{{}, {pair_.stored_shard()}};
  EXPECT_EQ(change(revision_to(delta.added, delta), delta).error().code, Errc::not_found);
}

TEST_F(HolderServiceTest, UnknownAgreementsAreNotFound) {
  agreement_ = pair_.random.make<AgreementId>();
  EXPECT_EQ(change(revision_to({}, {}), {}).error().code, Errc::not_found);
}

TEST_F(HolderServiceTest, ADiskThatFailsIsNoMissingShard) {
  make_agreement();
  const auto shard = pair_.stored_shard();
  pair_.power.off();
  const wire::Delta delta{{}, {shard}};
  EXPECT_EQ(change(revision_to({shard}, delta), delta).error().code, Errc::io);
  EXPECT_EQ(pair_.at_holder()->revision.number, 0U);
}

TEST_F(HolderServiceTest, WhatIsNotOnDiskIsNotSigned) {
  make_agreement();
  const auto shard = pair_.stored_shard();
  const wire::Delta delta{{}, {shard}};
  const auto revision = revision_to({shard}, delta);
  pair_.holder_meta.set_broken(true);
  EXPECT_EQ(change(revision, delta).error().code, Errc::io);
  pair_.holder_meta.set_broken(false);
  EXPECT_EQ(pair_.at_holder()->revision.number, 0U);
  EXPECT_TRUE(change(revision, delta));
}

class FullBookTest : public HolderServiceTest {
 protected:
  /// As many agreements of others as there may be.
  void fill_book(const wire::Revision& revision) {
    for (std::size_t i = 0; i < HolderService::kMaxAgreements; ++i) {
      Agreement other = agreement::make_agreement(Role::holder, terms(), {wire::encode(terms()), {}, {}});
      other.peer = pair_.random.make<NodeId>();
      other.id = pair_.random.make<AgreementId>();
      other.revision = revision;
      ASSERT_TRUE(pair_.clock.run(pair_.holder->book.save({other}, {}, Durability::buffered)));
    }
  }
  std::size_t active() { return pair_.holder->book.in_state(Role::holder, State::active).size(); }
};

TEST_F(FullBookTest, UnusedAgreementsMakeRoom) {
  fill_book({});
  EXPECT_TRUE(propose(terms()));
  EXPECT_EQ(pair_.holder->book.all().size(), HolderService::kMaxAgreements);
}

/// A change that adds nothing costs a stranger no more than a proposal.
TEST_F(FullBookTest, SoDoEmptyOnes) {
  wire::Revision empty;
  empty.number = 1;
  fill_book(empty);
  EXPECT_TRUE(propose(terms()));
  EXPECT_EQ(active(), HolderService::kMaxAgreements);
  EXPECT_NE(pair_.at_holder(), nullptr);
}

TEST_F(FullBookTest, ThoseWithShardsDoNot) {
  wire::Revision used;
  used.number = 1;
  used.shards = 1;
  fill_book(used);
  EXPECT_EQ(propose(terms()).error().code, Errc::full);
}

TEST_F(HolderServiceTest, WhatTheAgreementHasIsNotDeleted) {
  make_agreement();
  const auto shard = join();
  const auto stranger = pair_.random.make<ShardId>();
  const auto check = [&](std::vector<ShardId> shards) {
    return pair_.clock.run(
        pair_.holder->service.begin_deletion(pair_.owner_identity.id(), std::move(shards)));
  };
  EXPECT_TRUE(check({stranger}));
  EXPECT_EQ(check({stranger, shard.id}).error().code, Errc::conflict);
  model_.clear();
  const wire::Delta delta{{shard.id}, {}};
  ASSERT_EQ(change(revision_to(model_, delta), delta)->outcome, Outcome::agreed);
  EXPECT_TRUE(check({shard.id}));
}

TEST_F(HolderServiceTest, WhatIsBeingDeletedDoesNotJoin) {
  make_agreement();
  join();
  const auto shard = pair_.stored_shard();
  auto deletion =
      pair_.clock.run(pair_.holder->service.begin_deletion(pair_.owner_identity.id(), {shard.id}));
  ASSERT_TRUE(deletion);
  const wire::Delta delta{{}, {shard}};
  auto after = model_;
  after.push_back(shard);
  EXPECT_EQ(change(revision_to(after, delta), delta)->outcome, Outcome::missing);
  deletion->reset();
  EXPECT_EQ(change(revision_to(after, delta), delta)->outcome, Outcome::agreed);
}

TEST_F(HolderServiceTest, ADeletionWaitsForTheChangeThatFoundTheShard) {
  make_agreement();
  join();
  const auto shard = pair_.stored_shard();
  model_.push_back(shard);
  const wire::Delta delta{{}, {shard}};
  const auto message = message_of(revision_to(model_, delta), delta);
  struct Both {
    static Task<> change(Pair& pair, Bytes message) {
      test::LocalRequest request({pair.owner_identity.id(), pair.owner_identity.public_key()},
                                 {kChangeAgreement, std::move(message), {}});
      EXPECT_TRUE(co_await pair.holder->service.handle_change(request));
    }
    static Task<> erase(Pair& pair, ShardId shard) {
      const auto begun = co_await pair.holder->service.begin_deletion(pair.owner_identity.id(), {shard});
      EXPECT_FALSE(begun) << "it has joined meanwhile";
    }
  };
  std::vector<Task<>> tasks;
  tasks.push_back(Both::change(pair_, message));
  tasks.push_back(Both::erase(pair_, shard.id));
  pair_.clock.run(async::run_all(pair_.loop.get_executor(), "test", std::move(tasks)));
}

TEST_F(HolderServiceTest, AFormerRevisionIsAnsweredWithTheNewest) {
  make_agreement();
  join();
  const auto former = pair_.at_holder()->signed_revision;
  join();
  const wire::ChangeAgreement shown{{former.payload, former.owner_signature}, wire::encode(wire::Delta())};
  const auto reply = pair_.send(kChangeAgreement, wire::encode(shown));
  ASSERT_TRUE(reply);
  const auto told = wire::decode_change_reply(reply->message);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->outcome, Outcome::conflict);
  EXPECT_EQ(told->revision, pair_.at_holder()->signed_revision);
}

}  // namespace
}  // namespace mycostr::agreement
