// What nobody signs for is not kept for ever.
#include "crypto/merkle.hpp"
#include "sim/repair_fixture.hpp"

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

Task<> leave_one_behind(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  auto& holder = *(co_await it.holders()).front();
  auto& stranger = *std::ranges::find_if(world.nodes(), [&](const auto& node) {
                      return node->id() != it.owner().id() && node->id() != holder.id();
                    })->get();
  const auto key = co_await put_one(world, stranger, holder);
  const auto mine = holder.chunks().shards().size() - 1;
  // A day each: a start a day later by the wall, for virtual days cost too.
  const auto pass_days = [&](int count) -> Task<> {
    for (int i = 0; i < count; ++i) {
      co_await holder.crash(test::Crash::process_kill);
      world.clock().shift_wall(24h);
      co_await holder.start();
      co_await it.pass(1min);
    }
  };
  co_await pass_days(28);
  EXPECT_TRUE(holder.chunks().shards().contains(key));
  co_await pass_days(4);
  EXPECT_FALSE(holder.chunks().shards().contains(key));
  EXPECT_EQ(holder.chunks().shards().size(), mine);
}

TEST(Unclaimed, GoesAfterThirtyDays) {
  auto settings = world_of(4);
  settings.adjust = [](engine::EngineSettings& node) {
    node.dht.probe_interval = 6h;
    node.audit.period = 24h;
  };
  SimWorld world(settings, 1);
  world.run(leave_one_behind(world));
}

}  // namespace
}  // namespace mycostr::sim
