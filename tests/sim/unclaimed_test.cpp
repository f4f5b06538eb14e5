// What nobody signs for is not kept for ever.
#include "agreement/keys.hpp"
#include "crypto/merkle.hpp"
#include "sim/repair_fixture.hpp"
#include "sim/rows.hpp"

namespace mycostr::sim {
namespace {

/// A stranger's shard, put by hand: nothing of it will ever be in an agreement.
Task<ShardKey> put_one(SimWorld& world, SimNode& stranger, SimNode& holder) {
  const auto bytes = world.random().bytes(kLeafSize);
  const ShardId shard{crypto::merkle_root(bytes).bytes};
  PeerCall call{wire::operations::kPutShard, wire::encode(wire::PutShard{shard}), Buffer::copy_of(bytes)};
  const auto reply =
      co_await stranger.transport().call({holder.id(), holder.settings().endpoints}, std::move(call), {});
  EXPECT_TRUE(reply);
  co_return ShardKey{stranger.id(), shard};
}

/// A start a day later by the wall for each, for virtual days cost too.
Task<> pass_days(RepairFixture& it, SimNode& holder, int count) {
  for (int i = 0; i < count; ++i) {
    co_await holder.crash(test::Crash::process_kill);
    it.world().clock().shift_wall(24h);
    co_await holder.start();
    co_await it.pass(1min);
  }
}

Task<> leave_one_behind(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  auto& holder = *(co_await it.holders()).front();
  auto& stranger = *std::ranges::find_if(world.nodes(), [&](const auto& node) {
                      return node->id() != it.owner().id() && node->id() != holder.id();
                    })->get();
  const auto key = co_await put_one(world, stranger, holder);
  const auto mine = holder.chunks().shards().size() - 1;
  co_await pass_days(it, holder, 28);
  EXPECT_TRUE(holder.chunks().shards().contains(key));
  co_await pass_days(it, holder, 4);
  EXPECT_FALSE(holder.chunks().shards().contains(key));
  EXPECT_EQ(holder.chunks().shards().size(), mine);
}

/// The owner has receipts, and the rows are gone by which they would have come into agreements.
Task<files::ChunkInfo> store_unsigned(SimWorld& world, SimNode& owner) {
  const auto stored = co_await store(owner, world.clock(), named("unsigned"), world.random().bytes(100));
  EXPECT_TRUE(stored);
  co_await owner.crash(test::Crash::process_kill);
  WriteBatch gone;
  for (const auto& key : keys_of(owner, agreement::keys::kJoins)) gone.erase(key);
  EXPECT_EQ(gone.changes.size(), kCopies);
  owner.meta().preset(std::move(gone));
  co_await owner.start();
  const auto chunks = co_await chunks_of(owner.engine(), stored->id);
  co_return chunks.value().front();
}

Task<> count_on_it(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  const auto chunk = co_await store_unsigned(world, it.owner());
  const auto former = chunk.shards.front();
  co_await pass_days(it, *world.find(former.holder), 32);
  EXPECT_FALSE(it.keeps(former));
  co_await it.pass(1h);
  const auto place = co_await it.owner().engine().catalog().place_of(former.holder, former.id);
  EXPECT_TRUE(place && !*place) << "its owner still counts on it";
  std::size_t copies = 0;
  for (const auto& node : world.nodes()) {
    for (const auto& [key, bytes] : node->chunks().shards())
      copies += bytes.size() == chunk.size.value ? 1 : 0;
  }
  EXPECT_EQ(copies, kCopies);
}

WorldSettings slow_world(std::size_t nodes) {
  auto out = world_of(nodes);
  out.adjust = [](engine::EngineSettings& node) {
    node.dht.probe_interval = 6h;
    node.audit.period = 24h;
  };
  return out;
}

TEST(Unclaimed, GoesAfterThirtyDays) {
  SimWorld world(slow_world(4), 1);
  world.run(leave_one_behind(world));
}

TEST(Unclaimed, AnOwnerThatCountsOnItIsTold) {
  SimWorld world(slow_world(6), 1);
  world.run(count_on_it(world));
}

}  // namespace
}  // namespace mycostr::sim
