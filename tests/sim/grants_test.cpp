#include <gtest/gtest.h>

#include "sim/client.hpp"

namespace mycostr::sim {
namespace {

constexpr std::size_t kOwner = 0;
constexpr std::size_t kReader = 1;
constexpr std::size_t kStranger = 2;

/// What a holder answers to `caller` who asks for the first shard.
Task<Result<PeerReply>> ask(SimWorld& world, std::size_t caller, files::ShardInfo shard, Bytes grant) {
  PeerCall call{wire::operations::kGetShard,
                wire::encode(wire::GetShard{shard.id, std::move(grant)}),
                {},
                kMaxChunkSize};
  auto& holder = *world.find(shard.holder);
  co_return co_await world.node(caller).transport().call({holder.id(), holder.settings().endpoints},
                                                         std::move(call), {});
}

Task<Errc> refusal(SimWorld& world, std::size_t caller, files::ShardInfo shard, Bytes grant) {
  const auto reply = co_await ask(world, caller, shard, std::move(grant));
  EXPECT_FALSE(reply);
  co_return reply ? Errc::internal : reply.error().code;
}

Task<> use_grants(SimWorld& world) {
  auto& owner = world.node(kOwner);
  const auto content = world.random().bytes(20'000);
  const auto stored = co_await store(owner, world.clock(), named("file"), content);
  const auto chunks = *co_await chunks_of(owner.engine(), stored->id);
  // On a holder that is none of the callers, so that it is asked over the network.
  const auto is_third = [&](const files::ShardInfo& s) { return world.find(s.holder)->number() > kStranger; };
  const auto shard = *std::ranges::find_if(chunks[0].shards, is_third);
  const auto other = chunks[1].shards[0].id;
  wire::Grant grant{owner.identity().public_key(),
                    world.node(kReader).id(),
                    {shard.id},
                    true,
                    false,
                    world.clock().wall_now() + std::chrono::minutes(10)};
  const auto good = wire::encode_grant(grant, owner.identity());

  const auto own = co_await ask(world, kOwner, shard, {});
  const auto read = co_await ask(world, kReader, shard, good);
  EXPECT_TRUE(own && read);
  EXPECT_TRUE(std::ranges::equal(own->body.view(), read->body.view()));
  EXPECT_EQ(read->from.id, shard.holder);

  // Shards are found by their owner: to others without a grant there is none.
  EXPECT_EQ(co_await refusal(world, kReader, shard, {}), Errc::not_found);
  EXPECT_EQ(co_await refusal(world, kStranger, shard, good), Errc::forbidden);
  grant.shards = {other};
  EXPECT_EQ(co_await refusal(world, kReader, shard, wire::encode_grant(grant, owner.identity())),
            Errc::forbidden);
  grant.shards = {shard.id};
  grant.may_read = false;
  grant.may_delete = true;
  EXPECT_EQ(co_await refusal(world, kReader, shard, wire::encode_grant(grant, owner.identity())),
            Errc::forbidden);
  grant.may_read = true;
  const auto forged = wire::encode_grant(grant, world.node(kStranger).identity());
  EXPECT_EQ(co_await refusal(world, kReader, shard, forged), Errc::invalid);

  co_await world.clock().sleep_for(std::chrono::minutes(11));
  EXPECT_EQ(co_await refusal(world, kReader, shard, good), Errc::forbidden);
  EXPECT_TRUE(co_await ask(world, kOwner, shard, {}));
}

TEST(Grants, LetTheReaderReadAndNobodyElse) {
  SimWorld world({.nodes = 8}, 1);
  world.run(use_grants(world));
}

Task<Result<PeerReply>> erase_by(SimWorld& world, std::size_t caller, files::ShardInfo shard, Bytes grant) {
  PeerCall call{
      wire::operations::kDeleteShards, wire::encode(wire::DeleteShards{{shard.id}, std::move(grant)}), {}};
  auto& holder = *world.find(shard.holder);
  co_return co_await world.node(caller).transport().call({holder.id(), holder.settings().endpoints},
                                                         std::move(call), {});
}

Task<> erase_by_grant(SimWorld& world) {
  auto& owner = world.node(kOwner);
  const auto content = world.random().bytes(5'000);
  const auto stored = co_await store(owner, world.clock(), named("file"), content);
  const auto chunks = *co_await chunks_of(owner.engine(), stored->id);
  const auto is_third = [&](const files::ShardInfo& s) { return world.find(s.holder)->number() > kStranger; };
  const auto shard = *std::ranges::find_if(chunks[0].shards, is_third);
  auto& kept = world.find(shard.holder)->chunks();
  wire::Grant grant{owner.identity().public_key(),
                    world.node(kReader).id(),
                    {shard.id},
                    true,
                    false,
                    world.clock().wall_now() + std::chrono::minutes(10)};

  const auto refused = co_await erase_by(world, kReader, shard, wire::encode_grant(grant, owner.identity()));
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  // A stranger's own shard of that id is none: it says so, and nothing goes.
  EXPECT_TRUE(co_await erase_by(world, kStranger, shard, {}));
  EXPECT_TRUE(kept.shards().contains({owner.id(), shard.id}));
  grant.may_delete = true;
  EXPECT_TRUE(co_await erase_by(world, kReader, shard, wire::encode_grant(grant, owner.identity())));
  EXPECT_FALSE(kept.shards().contains({owner.id(), shard.id}));
  const auto bytes = co_await read_file(owner.engine(), stored->id);
  EXPECT_TRUE(bytes && *bytes == content);
}

TEST(Grants, ForReadingDoNotLetDelete) {
  SimWorld world({.nodes = 8}, 1);
  world.run(erase_by_grant(world));
}

}  // namespace
}  // namespace mycostr::sim
