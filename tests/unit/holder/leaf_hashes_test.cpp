// The rows of leaf hashes come and go with their shards.
#include "holder/leaf_hashes.hpp"

#include "holder/shard_service.hpp"
#include "support/local_request.hpp"
#include "unit/holder/machine.hpp"

namespace mycostr::holder {
namespace {

class LeafHashesTest : public Machine {
 protected:
  Result<PeerReply> store(const Bytes& bytes, const ShardId& shard) {
    test::LocalRequest request({owner(1), {}}, {wire::operations::kPutShard,
                                                wire::encode(wire::PutShard{shard}), Buffer::copy_of(bytes)});
    return clock_.run(service_.handle_put(request));
  }
  Result<PeerReply> erase(const ShardId& shard) {
    test::LocalRequest request(
        {owner(1), {}}, {wire::operations::kDeleteShards, wire::encode(wire::DeleteShards{{shard}, {}}), {}});
    return clock_.run(service_.handle_delete(request));
  }

  const Bytes bytes_ = random_.bytes(3 * kLeafSize);
  const ShardKey key_{owner(1), ShardId{crypto::merkle_root(bytes_).bytes}};
  crypto::Identity identity_ = identity_of(2);
  Drain drain_{clock_, meta_, chunks_, [](WallTime) { return 0U; }, [] {}};
  LeafHashes leaf_hashes_{meta_};
  ShardService service_{identity_, clock_, pool_, chunks_, drain_, leaf_hashes_};
};

TEST_F(LeafHashesTest, AreSavedAsAShardComesIn) {
  ASSERT_TRUE(store(bytes_, key_.shard));
  EXPECT_EQ(clock_.run(leaf_hashes_.find(key_)).value(), crypto::merkle_leaves(bytes_));
  EXPECT_TRUE(has_row("t/", key_));
}

TEST_F(LeafHashesTest, OfAShardThatIsRefusedAreNot) {
  EXPECT_FALSE(store(random_.bytes(kLeafSize), key_.shard));
  EXPECT_FALSE(has_row("t/", key_));
}

TEST_F(LeafHashesTest, GoWithTheShard) {
  ASSERT_TRUE(store(bytes_, key_.shard));
  ASSERT_TRUE(erase(key_.shard));
  EXPECT_FALSE(has_row("t/", key_));
  EXPECT_EQ(clock_.run(leaf_hashes_.find(key_)).value(), std::nullopt);
}

TEST_F(LeafHashesTest, ThatCannotBeErasedKeepTheShard) {
  ASSERT_TRUE(store(bytes_, key_.shard));
  meta_.set_broken(true);
  EXPECT_EQ(erase(key_.shard).error().code, Errc::io);
  meta_.set_broken(false);
  EXPECT_TRUE(clock_.run(chunks_.size_of(key_)));
}

TEST_F(LeafHashesTest, RowsOfNoPossibleLengthAreNone) {
  add_row("t/", key_, "short");
  EXPECT_EQ(clock_.run(leaf_hashes_.find(key_)).value(), std::nullopt);
}

}  // namespace
}  // namespace mycostr::holder
