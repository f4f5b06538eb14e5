// What whole nodes do about shards that rot, and about leaving.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/client.hpp"
#include "sim/seeds.hpp"
#include "wire/upkeep.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kOwner = 0;

/// What holders have reported to an owner.
struct Reports {
  std::vector<std::pair<NodeId, ShardId>> lost;

  Task<Result<void>> take(NodeId holder, std::vector<ShardId> shards) {
    for (const auto& shard : shards) lost.emplace_back(holder, shard);
    co_return Result<void>();
  }
  void listen(SimNode& owner) {
    owner.engine().reporter().on_reported = [this](NodeId holder, std::vector<ShardId> shards) {
      return take(holder, std::move(shards));
    };
  }
};

Task<files::ShardInfo> store_one_chunk(SimWorld& world, const Bytes& content) {
  auto& owner = world.node(kOwner);
  const auto stored = co_await store(owner, world.clock(), named("file"), content);
  if (!stored) throw std::runtime_error("not stored");
  const auto chunks = co_await chunks_of(owner.engine(), stored->id);
  co_return chunks->front().shards.front();
}

Task<> rot_one(SimWorld& world, Reports& reports) {
  const auto content = world.random().bytes(4096);
  const auto shard = co_await store_one_chunk(world, content);
  reports.listen(world.node(kOwner));
  auto& holder = *world.find(shard.holder);
  const ShardKey key{world.node(kOwner).id(), shard.id};
  EXPECT_TRUE(holder.chunks().rot(key));
  for (const auto& node : world.nodes()) node->engine().scrubber().start_now();
  co_await world.clock().sleep_for(30s);
  const std::vector expected{std::pair(shard.holder, shard.id)};
  EXPECT_EQ(reports.lost, expected);
  EXPECT_FALSE(holder.chunks().shards().contains(key));
  for (const auto& node : world.nodes()) {
    const auto status = node->engine().scrubber().status();
    EXPECT_FALSE(status.is_running);
    EXPECT_EQ(status.bad_shards, node->id() == shard.holder ? 1U : 0U);
  }
}

TEST(Upkeep, ARottenShardIsFoundAndItsOwnerTold) {
  for (std::uint64_t seed = 1; seed <= seeds_of(5); ++seed) {
    SCOPED_TRACE(seed);
    Reports reports;
    SimWorld world({.nodes = 8}, seed);
    world.run(rot_one(world, reports));
  }
}

/// The holder falls at the worst moments; the owner is away for hours.
Task<> rot_while_the_owner_is_away(SimWorld& world, Reports& reports) {
  const auto content = world.random().bytes(4096);
  const auto shard = co_await store_one_chunk(world, content);
  auto& owner = world.node(kOwner);
  auto& holder = *world.find(shard.holder);
  co_await owner.stop();
  EXPECT_TRUE(holder.chunks().rot({owner.id(), shard.id}));
  holder.engine().scrubber().start_now();
  co_await world.clock().sleep_for(std::chrono::milliseconds(world.random().below(3'000)));
  co_await holder.crash(test::Crash::power_loss);
  co_await holder.start();
  holder.engine().scrubber().start_now();
  co_await world.clock().sleep_for(5h);
  EXPECT_EQ(holder.chunks().shards().size(), 0U);
  co_await owner.start();
  reports.listen(owner);
  co_await world.clock().sleep_for(70min);
  const std::vector expected{std::pair(shard.holder, shard.id)};
  EXPECT_EQ(reports.lost, expected);
}

TEST(Upkeep, AnOwnerHearsOfItsLossWhenItIsBack) {
  for (std::uint64_t seed = 1; seed <= seeds_of(20); ++seed) {
    SCOPED_TRACE(seed);
    Reports reports;
    SimWorld world({.nodes = 6}, seed);
    world.run(rot_while_the_owner_is_away(world, reports));
  }
}

/// What a holder says is lost that it was never given, or has given back.
Task<> report_what_is_not_kept(SimWorld& world) {
  const auto content = world.random().bytes(4096);
  const auto shard = co_await store_one_chunk(world, content);
  auto& owner = world.node(kOwner);
  auto& holder = *world.find(shard.holder);
  const auto report = [&](ShardId lost) -> Task<bool> {
    const wire::LostShards message{
        owner.id(), holder.identity().public_key(), {lost}, world.clock().wall_now()};
    PeerCall call{wire::operations::kLostShards, wire::encode_lost_shards(message, holder.identity()), {}};
    const auto address = *holder.engine().directory().address_of(owner.id());
    const auto told = co_await holder.transport().call(address, std::move(call), {});
    co_return told.has_value();
  };
  const auto self_reports = [&] {
    const auto* score = owner.engine().scores().find(holder.id());
    if (score == nullptr) return std::ptrdiff_t{0};
    return std::ranges::count(score->events, reputation::Event::Kind::self_reported,
                              &reputation::Event::kind);
  };
  EXPECT_TRUE(co_await report(world.random().make<ShardId>()));
  EXPECT_EQ(self_reports(), 0);
  EXPECT_EQ(owner.engine().repairs().planner().queue().size(), 0U);
  EXPECT_TRUE(co_await report(shard.id));
  EXPECT_EQ(self_reports(), 1);
}

TEST(Upkeep, AReportOfWhatIsNotKeptThereMeansNothing) {
  SimWorld world({.nodes = 6}, 1);
  world.run(report_what_is_not_kept(world));
}

/// An owner that deletes what its agreement has could have the holder sign that it is missing.
Task<> delete_what_is_agreed(SimWorld& world) {
  const auto content = world.random().bytes(4096);
  const auto shard = co_await store_one_chunk(world, content);
  co_await world.clock().sleep_for(1min);
  auto& owner = world.node(kOwner);
  auto& holder = *world.find(shard.holder);
  PeerCall call{wire::operations::kDeleteShards, wire::encode(wire::DeleteShards{{shard.id}, {}}), {}};
  const auto address = *owner.engine().directory().address_of(holder.id());
  const auto reply = co_await owner.transport().call(address, std::move(call), {});
  EXPECT_TRUE(!reply && reply.error().code == Errc::conflict);
  EXPECT_TRUE(holder.chunks().shards().contains({owner.id(), shard.id}));
  const auto files = co_await owner.engine().catalog().list({});
  EXPECT_TRUE(files && co_await owner.engine().cleaner().erase(files->files.front().id));
  co_await world.clock().sleep_for(1min);
  EXPECT_FALSE(holder.chunks().shards().contains({owner.id(), shard.id})) << "the proper way";
}

TEST(Upkeep, WhatIsAgreedIsNotDeletedBeforeItHasLeft) {
  SimWorld world({.nodes = 6}, 1);
  world.run(delete_what_is_agreed(world));
}

std::size_t count_of(SimWorld& world, const NodeId& id, std::function<bool(const wire::NodeRecord&)> is_one) {
  return static_cast<std::size_t>(std::ranges::count_if(world.nodes(), [&](const auto& node) {
    const auto* known = node->engine().directory().find(id);
    return known != nullptr && is_one(known->record);
  }));
}

Task<> drain_and_come_back(SimWorld& world) {
  const auto content = world.random().bytes(4096);
  const auto shard = co_await store_one_chunk(world, content);
  auto& leaving = *world.find(shard.holder);
  const auto others = world.nodes().size() - 1;
  // Until the records that the nodes sign are newer than those that they were introduced by.
  co_await world.clock().sleep_for(12min);
  EXPECT_TRUE(co_await leaving.engine().drain().start());
  EXPECT_EQ(leaving.engine().drain().status().state, holder::DrainState::draining);
  co_await world.clock().sleep_for(5s);
  const auto says_so = [](const auto& record) { return record.is_draining && record.free == ByteCount(); };
  EXPECT_EQ(count_of(world, leaving.id(), says_so), others);

  const auto kept = leaving.chunks().shards().size();
  for (int i = 0; i < 5; ++i) {
    const auto stored = co_await store(world.node(kOwner), world.clock(), named("more"), content);
    EXPECT_TRUE(stored);
  }
  EXPECT_LE(leaving.chunks().shards().size(), kept);
  co_await leaving.crash(test::Crash::power_loss);
  co_await leaving.start();
  EXPECT_TRUE(leaving.engine().drain().is_draining());

  EXPECT_TRUE(co_await leaving.engine().drain().stop());
  // It has only just started again: the others hear of it when they ask whether it lives.
  co_await world.clock().sleep_for(45min);
  const auto takes_more = [](const auto& record) { return !record.is_draining && record.free.value > 0; };
  EXPECT_EQ(count_of(world, leaving.id(), takes_more), others);
}

TEST(Upkeep, AHolderThatDrainsTakesNothingNew) {
  for (std::uint64_t seed = 1; seed <= seeds_of(3); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = 8}, seed);
    world.run(drain_and_come_back(world));
  }
}

/// Whoever has an older record, and takes it at its word, is refused.
Task<> put_at_a_draining_holder(SimWorld& world, std::optional<Errc>& outcome) {
  auto& holder = world.node(1);
  EXPECT_TRUE(co_await holder.engine().drain().start());
  const auto bytes = world.random().bytes(4096);
  PeerCall call{wire::operations::kPutShard, wire::encode(wire::PutShard{world.random().make<ShardId>()}),
                Buffer::copy_of(bytes)};
  const PeerAddress to{holder.id(), holder.settings().endpoints};
  const auto reply = co_await world.node(kOwner).transport().call(to, std::move(call), {});
  if (!reply) outcome = reply.error().code;
}

TEST(Upkeep, AHolderThatDrainsRefusesWhatComesAllTheSame) {
  std::optional<Errc> outcome;
  SimWorld world({.nodes = 4}, 1);
  world.run(put_at_a_draining_holder(world, outcome));
  EXPECT_EQ(outcome, Errc::conflict);
}

Task<> find_owners(SimWorld& world) {
  auto& seeker = world.node(3);
  auto& sought = world.node(20);
  EXPECT_FALSE(co_await seeker.engine().dht().find_owner(sought.id())) << "nothing has been published yet";
  co_await world.clock().sleep_for(15min);
  const auto found = co_await seeker.engine().dht().find_owner(sought.id());
  EXPECT_TRUE(found);
  if (found) {
    EXPECT_EQ(found->id, sought.id());
    EXPECT_EQ(found->endpoints, sought.settings().endpoints);
  }
  EXPECT_FALSE(co_await seeker.engine().dht().find_owner(world.random().make<NodeId>())) << "there is none";
}

TEST(Upkeep, AnOwnerIsFoundByItsPointer) {
  SimWorld world({.nodes = 30, .bootstrap = {0}}, 7);
  world.run(find_owners(world));
}

/// From now on the owner has the disk of then.
Task<> go_back(SimNode& owner, const test::MemoryMetaStore::Rows& then) {
  co_await owner.stop();
  WriteBatch back;
  for (const auto& [key, value] : owner.meta().rows()) back.erase(key);
  for (const auto& [key, value] : then) back.put(key, value);
  owner.meta().preset(std::move(back));
  co_await owner.start();
}

Task<> restore_a_backup(SimWorld& world) {
  auto& owner = world.node(kOwner);
  const auto content = world.random().bytes(2 * world.settings().chunk_size);
  const auto kept = co_await store(owner, world.clock(), named("kept"), content);
  EXPECT_TRUE(kept);
  co_await world.clock().sleep_for(30min);
  const auto then = owner.meta().rows();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(co_await store(owner, world.clock(), named("forgotten"), content));
    co_await world.clock().sleep_for(10min);
  }
  co_await go_back(owner, then);
  co_await world.clock().sleep_for(12h);
  std::size_t passed = 0;
  for (const auto& record : owner.engine().audits().list({.limit = 1000})) {
    if (record.role != agreement::Role::owner) continue;
    EXPECT_NE(record.outcome, audit::Outcome::failed) << "the holders have done all that they have signed";
    passed += record.outcome == audit::Outcome::passed ? 1 : 0;
  }
  EXPECT_GT(passed, 50U);
  EXPECT_TRUE(co_await owner.engine().cleaner().erase(kept->id));
  co_await world.clock().sleep_for(1h);
  const auto left = co_await owner.engine().catalog().deletions(std::nullopt, 10);
  EXPECT_TRUE(left && left->empty());
}

TEST(Upkeep, AnOwnerThatRestoresABackupFailsNoHolder) {
  for (std::uint64_t seed = 1; seed <= seeds_of(5); ++seed) {
    SCOPED_TRACE(seed);
    WorldSettings settings{.nodes = 6};
    settings.adjust = [](engine::EngineSettings& node) {
      node.audit.period = 10min;
      node.audit.contain_for = 1h;
    };
    SimWorld world(settings, seed);
    world.run(restore_a_backup(world));
  }
}

}  // namespace
}  // namespace mycostr::sim
