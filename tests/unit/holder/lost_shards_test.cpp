#include "holder/lost_shards.hpp"

#include "unit/holder/machine.hpp"
#include "wire/upkeep.hpp"

namespace mycostr::holder {
namespace {

using namespace std::chrono_literals;

class LostShardsTest : public Machine {
 protected:
  std::optional<NodeId> next_owner(std::optional<NodeId> after = std::nullopt) {
    return clock_.run(lost_.next_owner(after)).value();
  }
  std::vector<ShardId> shards_of(const NodeId& of) { return clock_.run(lost_.shards_of(of)).value(); }

  LeafHashes leaf_hashes_{meta_};
  LostShards lost_{clock_, meta_, chunks_, leaf_hashes_};
};

TEST_F(LostShardsTest, AreOutOfTheStoreAndRememberedByOwner) {
  const auto first = put(owner(1));
  const auto second = put(owner(1));
  const auto third = put(owner(2));
  const auto kept = put(owner(2));
  add_row("t/", first, "leaves");
  add_row("t/", kept, "leaves");
  for (const auto& key : {first, second, third}) ASSERT_TRUE(clock_.run(lost_.take_out(key)));
  EXPECT_EQ(chunks_.shards().size(), 1U);
  EXPECT_FALSE(has_row("t/", first));
  EXPECT_TRUE(has_row("t/", kept));
  EXPECT_EQ(lost_.taken_out(), 3U);

  EXPECT_EQ(next_owner(), owner(1));
  EXPECT_EQ(next_owner(owner(1)), owner(2));
  EXPECT_EQ(next_owner(owner(2)), std::nullopt);
  const std::set<ShardId> expected{first.shard, second.shard};
  const auto found = shards_of(owner(1));
  EXPECT_EQ(std::set(found.begin(), found.end()), expected);
  EXPECT_EQ(shards_of(owner(2)), std::vector{third.shard});

  ASSERT_TRUE(clock_.run(lost_.forget(owner(1), found)));
  EXPECT_EQ(next_owner(), owner(2));
  EXPECT_TRUE(shards_of(owner(1)).empty());
}

TEST_F(LostShardsTest, AreForgottenWhenTheyAreBack) {
  const auto bytes = random_.bytes(kLeafSize);
  const ShardKey key{owner(1), ShardId{crypto::merkle_root(bytes).bytes}};
  put(key, bytes);
  ASSERT_TRUE(clock_.run(lost_.take_out(key)));
  put(key, bytes);
  EXPECT_TRUE(shards_of(owner(1)).empty());
  EXPECT_EQ(next_owner(), std::nullopt);
}

TEST_F(LostShardsTest, AreForgottenAfterThirtyDays) {
  ASSERT_TRUE(clock_.run(lost_.take_out(put(owner(1)))));
  clock_.run_for(30 * 24h - 1s);
  EXPECT_EQ(shards_of(owner(1)).size(), 1U);
  clock_.run_for(2s);
  EXPECT_TRUE(shards_of(owner(1)).empty());
  EXPECT_EQ(next_owner(), std::nullopt);
}

TEST_F(LostShardsTest, AreToldInMessagesOfBoundedSize) {
  for (std::size_t i = 0; i < wire::kMaxShardsPerReport + 1; ++i) {
    ASSERT_TRUE(clock_.run(lost_.take_out({owner(1), random_.make<ShardId>()})));
  }
  const auto first = shards_of(owner(1));
  EXPECT_EQ(first.size(), wire::kMaxShardsPerReport);
  ASSERT_TRUE(clock_.run(lost_.forget(owner(1), first)));
  EXPECT_EQ(shards_of(owner(1)).size(), 1U);
}

TEST_F(LostShardsTest, StayInTheStoreWhereTheyCannotBeNoted) {
  const auto key = put(owner(1));
  meta_.set_broken(true);
  EXPECT_EQ(clock_.run(lost_.take_out(key)).error().code, Errc::io);
  meta_.set_broken(false);
  EXPECT_TRUE(chunks_.shards().contains(key));
  EXPECT_EQ(lost_.taken_out(), 0U);
}

/// Told to the owner before it is gone from the store, a shard would be forgotten as one that is back.
TEST_F(LostShardsTest, OnTheirWayOutAreNotTakenForReturned) {
  const auto key = put(owner(1));
  chunks_.set_slowness(1000);
  test::Started leaving(loop_, [](LostShards& lost, ShardKey which) -> Task<> {
    EXPECT_TRUE(co_await lost.take_out(which));
  }(lost_, key));
  clock_.run_for(1ms);
  ASSERT_TRUE(has_row("b/", key));
  ASSERT_TRUE(chunks_.shards().contains(key));
  EXPECT_TRUE(shards_of(owner(1)).empty());
  clock_.run();
  EXPECT_TRUE(leaving.succeeded());
  EXPECT_EQ(shards_of(owner(1)), std::vector{key.shard});
}

TEST_F(LostShardsTest, RowsThatNameNoShardAreAnError) {
  WriteBatch batch;
  batch.put("b/short", "12345678");
  meta_.apply(std::move(batch));
  EXPECT_EQ(clock_.run(lost_.next_owner(std::nullopt)).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace mycostr::holder
