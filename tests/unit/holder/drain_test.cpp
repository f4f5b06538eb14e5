#include "holder/drain.hpp"

#include "holder/shard_service.hpp"
#include "support/local_request.hpp"
#include "unit/holder/machine.hpp"

namespace mycostr::holder {
namespace {

using namespace std::chrono_literals;

class DrainTest : public Machine {
 protected:
  Drain drain() {
    return {clock_, meta_, chunks_,
            [this](WallTime since) {
              asked_since_ = since;
              return 2U;
            },
            [this] { ++changes_; }};
  }

  std::optional<WallTime> asked_since_;
  int changes_ = 0;
};

TEST_F(DrainTest, EndsWithTheLastShard) {
  auto leaving = drain();
  ASSERT_TRUE(clock_.run(leaving.open()));
  const auto key = put(owner(1), 3 * kLeafSize);
  EXPECT_EQ(leaving.status().state, DrainState::none);
  EXPECT_FALSE(leaving.is_draining());

  clock_.run_for(1h);
  const auto started = clock_.wall_now();
  ASSERT_TRUE(clock_.run(leaving.start()));
  EXPECT_TRUE(leaving.is_draining());
  const auto status = leaving.status();
  EXPECT_EQ(status.state, DrainState::draining);
  EXPECT_EQ(status.started, started);
  EXPECT_EQ(status.shards_left, 1U);
  EXPECT_EQ(status.bytes_left, ByteCount{3 * kLeafSize});
  EXPECT_EQ(status.receipts, 2U);
  EXPECT_EQ(asked_since_, started);

  ASSERT_TRUE(clock_.run(chunks_.remove({key})));
  EXPECT_EQ(leaving.status().state, DrainState::drained);
  EXPECT_EQ(leaving.status().shards_left, 0U);
  const auto on_its_way = chunks_.reserve({kLeafSize});
  EXPECT_EQ(leaving.status().state, DrainState::draining) << "a shard that was let in before is on its way";
}

TEST_F(DrainTest, LetsNoNewShardIn) {
  auto leaving = drain();
  ASSERT_TRUE(clock_.run(leaving.open()));
  const auto identity = identity_of(1);
  LeafHashes leaf_hashes(meta_);
  ShardService service(identity, clock_, pool_, chunks_, leaving, leaf_hashes);
  const auto put_at = [&](const Bytes& bytes) -> Result<PeerReply> {
    const ShardId shard{crypto::merkle_root(bytes).bytes};
    test::LocalRequest request({owner(1), {}}, {wire::operations::kPutShard,
                                                wire::encode(wire::PutShard{shard}), Buffer::copy_of(bytes)});
    return clock_.run(service.handle_put(request));
  };
  const auto kept = random_.bytes(kLeafSize);
  const auto late = random_.bytes(kLeafSize);
  EXPECT_TRUE(put_at(kept));
  ASSERT_TRUE(clock_.run(leaving.start()));
  EXPECT_EQ(put_at(late).error().code, Errc::conflict);
  EXPECT_TRUE(put_at(kept)) << "it is there: the owner may ask for its receipt once more";
  EXPECT_EQ(chunks_.usage().shards, 1U);
  ASSERT_TRUE(clock_.run(leaving.stop()));
  EXPECT_TRUE(put_at(late));
}

TEST_F(DrainTest, OutlivesARestartUntilItIsStopped) {
  auto first = drain();
  ASSERT_TRUE(clock_.run(first.open()));
  EXPECT_EQ(changes_, 1);
  ASSERT_TRUE(clock_.run(first.start()));
  EXPECT_EQ(changes_, 2);
  const auto started = first.status().started;
  clock_.run_for(1h);
  ASSERT_TRUE(clock_.run(first.start()));
  EXPECT_EQ(changes_, 2) << "it drains already";

  auto second = drain();
  ASSERT_TRUE(clock_.run(second.open()));
  EXPECT_EQ(changes_, 3);
  EXPECT_EQ(second.status().started, started);
  ASSERT_TRUE(clock_.run(second.stop()));
  EXPECT_EQ(changes_, 4);
  EXPECT_FALSE(second.is_draining());
  EXPECT_EQ(second.status().state, DrainState::none);

  auto third = drain();
  ASSERT_TRUE(clock_.run(third.open()));
  EXPECT_FALSE(third.is_draining());
}

TEST_F(DrainTest, ChangesNothingThatIsNotOnDisk) {
  auto leaving = drain();
  ASSERT_TRUE(clock_.run(leaving.open()));
  meta_.set_broken(true);
  EXPECT_EQ(clock_.run(leaving.start()).error().code, Errc::io);
  EXPECT_FALSE(leaving.is_draining());
  meta_.set_broken(false);
  ASSERT_TRUE(clock_.run(leaving.start()));
  meta_.set_broken(true);
  EXPECT_FALSE(clock_.run(leaving.stop()));
  EXPECT_TRUE(leaving.is_draining());
}

agreement::Agreement agreement_of(std::uint8_t n, agreement::Role role, std::uint64_t shards, WallTime at) {
  agreement::Agreement out;
  out.id.bytes.fill(n);
  out.role = role;
  out.peer = owner(n);
  out.revision.number = 5;
  out.revision.shards = shards;
  out.revision.at = at;
  return out;
}

TEST_F(DrainTest, CountsOwnersWhoHaveSignedThatNothingIsLeft) {
  using agreement::Role;
  agreement::Book book(meta_);
  const auto since = clock_.wall_now();
  auto never_began = agreement_of(6, Role::holder, 0, since + 1s);
  never_began.revision.number = 0;
  EXPECT_EQ(leaving_receipts(book, since), 0U);
  ASSERT_TRUE(clock_.run(
      book.save({agreement_of(1, Role::holder, 0, since + 1s), agreement_of(2, Role::holder, 0, since),
                 agreement_of(3, Role::holder, 1, since + 1s), agreement_of(4, Role::holder, 0, since - 1s),
                 agreement_of(5, Role::owner, 0, since + 1s), never_began},
                {}, Durability::synced)));
  EXPECT_EQ(leaving_receipts(book, since), 2U);
}

TEST_F(DrainTest, RowsThatAreNoneAreAnError) {
  WriteBatch batch;
  batch.put("drain", "yes");
  meta_.apply(std::move(batch));
  auto leaving = drain();
  EXPECT_EQ(clock_.run(leaving.open()).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace mycostr::holder
