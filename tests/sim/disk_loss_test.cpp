#include <gtest/gtest.h>

#include <algorithm>

#include "sim/client.hpp"
#include "sim/seeds.hpp"

namespace mycostr::sim {
namespace {

constexpr std::size_t kOwner = 0;

Task<FileId> store_some(SimWorld& world, const Bytes& content) {
  const auto stored = co_await store(world.node(kOwner), world.clock(), named("some"), content);
  EXPECT_TRUE(stored) << to_string(stored.error().error);
  co_return stored ? stored->id : FileId();
}

Task<> expect_reads(SimWorld& world, FileId id, const Bytes& content) {
  const auto bytes = co_await read_file(world.node(kOwner).engine(), id);
  EXPECT_TRUE(bytes) << to_string(bytes.error());
  EXPECT_TRUE(!bytes || *bytes == content);
}

/// Disks of holders are lost for good, one after the other, for as long as each chunk keeps one of its three.
Task<> lose_disks(SimWorld& world) {
  const auto content = world.random().bytes(9 * world.settings().chunk_size + 77);
  const auto id = co_await store_some(world, content);
  const auto chunks = co_await chunks_of(world.node(kOwner).engine(), id);
  std::set<NodeId> lost;
  const auto may_go = [&](const NodeId& node) {
    return std::ranges::all_of(*chunks, [&](const files::ChunkInfo& chunk) {
      return std::ranges::any_of(chunk.shards, [&](const files::ShardInfo& shard) {
        return shard.holder != node && !lost.contains(shard.holder);
      });
    });
  };
  for (const auto& chunk : *chunks) {
    for (const auto& shard : chunk.shards) {
      if (lost.contains(shard.holder) || !may_go(shard.holder)) continue;
      lost.insert(shard.holder);
      auto& holder = *world.find(shard.holder);
      co_await holder.crash(test::Crash::power_loss);
      holder.chunks().wipe();
      if (world.random().chance(1, 2)) co_await holder.start();
    }
  }
  EXPECT_GE(lost.size(), 10);
  co_await expect_reads(world, id, content);
  for (const auto& node : lost) {
    if (!world.find(node)->is_up()) co_await world.find(node)->start();
  }
  co_await expect_reads(world, id, content);
}

/// The last disk with a copy is only cut off: the file cannot be read until it is back, and then it can.
Task<> cut_off_the_last(SimWorld& world) {
  const auto content = world.random().bytes(100);
  const auto id = co_await store_some(world, content);
  const auto chunks = co_await chunks_of(world.node(kOwner).engine(), id);
  const auto& shards = chunks->front().shards;
  world.find(shards[0].holder)->chunks().wipe();
  world.find(shards[1].holder)->chunks().wipe();
  const auto last = world.find(shards[2].holder)->number();
  world.network().block(last, kOwner);
  const auto bytes = co_await read_file(world.node(kOwner).engine(), id);
  EXPECT_EQ(bytes.error().code, Errc::not_enough);
  world.network().heal();
  co_await expect_reads(world, id, content);
}

/// Bytes rot on two of three disks: the owner notices and takes the third.
Task<> let_shards_rot(SimWorld& world) {
  const auto content = world.random().bytes(6 * world.settings().chunk_size);
  const auto id = co_await store_some(world, content);
  const auto chunks = co_await chunks_of(world.node(kOwner).engine(), id);
  const auto owner = world.node(kOwner).id();
  for (const auto& chunk : *chunks) {
    const auto good = world.random().below(chunk.shards.size());
    for (std::size_t i = 0; i < chunk.shards.size(); ++i) {
      const auto& shard = chunk.shards[i];
      if (i != good) EXPECT_TRUE(world.find(shard.holder)->chunks().rot({owner, shard.id}));
    }
  }
  co_await expect_reads(world, id, content);
  const auto& shards = chunks->front().shards;
  for (const auto& shard : shards) world.find(shard.holder)->chunks().wipe();
  const auto bytes = co_await read_file(world.node(kOwner).engine(), id);
  EXPECT_EQ(bytes.error().code, Errc::not_enough);
}

TEST(DiskLoss, LeavesFilesReadableWhileOneCopyOfEachChunkLives) {
  for (std::uint64_t seed = 1; seed <= seeds_of(10); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({}, seed);
    world.run(lose_disks(world));
  }
}

TEST(DiskLoss, IsNotWhatAPartitionIs) {
  SimWorld world({.nodes = 5}, 1);
  world.run(cut_off_the_last(world));
}

TEST(DiskLoss, CanBeSilentAndIsNoticed) {
  for (std::uint64_t seed = 1; seed <= seeds_of(10); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = 20}, seed);
    world.run(let_shards_rot(world));
  }
}

}  // namespace
}  // namespace mycostr::sim
