#include <gtest/gtest.h>

#include <algorithm>

#include "async/timeout.hpp"
#include "crypto/merkle.hpp"
#include "sim/model.hpp"

namespace mycostr::sim {
namespace {

constexpr std::size_t kOwner = 0;

void expect_no_complaints(const Model& model) {
  for (const auto& complaint : model.complaints()) ADD_FAILURE() << complaint;
}

/// Stores and remembers; nothing where it fails.
Task<std::optional<files::FileInfo>> store_and_remember(SimWorld& world, Model& model, std::string name,
                                                        std::size_t size, BodyPlan plan = {}) {
  auto& memory = model.add(kOwner, name, world.random().bytes(size));
  const auto stored = co_await store(world.node(kOwner), world.clock(), named(name), memory.content, plan);
  if (!stored) co_return std::nullopt;
  memory.stored = Fate::yes;
  memory.id = stored->id;
  co_return *stored;
}

/// Half of the holders cannot take one shard, whatever their records say.
Task<> fill_up(SimWorld& world) {
  Model model(world);
  for (std::size_t i = 1; i < world.nodes().size(); i += 2) world.node(i).chunks().set_capacity(4_KiB);
  for (int i = 0; i < 5; ++i) {
    const auto size = 5 * world.settings().chunk_size;
    EXPECT_TRUE(co_await store_and_remember(world, model, "file " + std::to_string(i), size));
  }
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(Holders, ThatAreFullAreReplaced) {
  SimWorld world({.nodes = 30}, 1);
  world.run(fill_up(world));
}

Task<> use_up_everything(SimWorld& world) {
  Model model(world);
  std::size_t stored = 0;
  for (int i = 0; i < 12; ++i) {
    const auto name = "file " + std::to_string(i);
    auto& memory = model.add(kOwner, name, world.random().bytes(4 * world.settings().chunk_size));
    const auto outcome = co_await store(world.node(kOwner), world.clock(), named(name), memory.content);
    if (outcome) {
      memory.stored = Fate::yes;
      memory.id = outcome->id;
      ++stored;
      continue;
    }
    EXPECT_EQ(outcome.error().error.code, Errc::not_enough);
    EXPECT_EQ(outcome.error().needed, 3);
    EXPECT_LT(outcome.error().available, 3);
  }
  EXPECT_GE(stored, 1);
  EXPECT_LT(stored, 12);
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(Holders, AreNeverFilledBeyondWhatTheyOffer) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = 6, .capacity = [](std::size_t) { return ByteCount{9 * 8192}; }}, seed);
    world.run(use_up_everything(world));
  }
}

Task<> ask_too_few(SimWorld& world) {
  Model model(world);
  auto& owner = world.node(kOwner);
  const auto early = owner.engine().store().refuse_early(named("x"));
  EXPECT_TRUE(early);
  const auto content = world.random().bytes(10'000);
  const auto stored = co_await store(owner, world.clock(), named("x"), content);
  EXPECT_FALSE(stored);
  for (const auto& failure : {*early, stored.error()}) {
    EXPECT_EQ(failure.error.code, Errc::not_enough);
    EXPECT_EQ(failure.needed, 3);
    EXPECT_EQ(failure.available, 2);
    EXPECT_EQ(failure.excluded.size(), 1);
    EXPECT_EQ(failure.excluded.front().reason, "no_capacity");
  }
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(Holders, ThatAreTooFewAreCounted) {
  const auto capacity = [](std::size_t node) { return node == 3 ? 0_MiB : 16_MiB; };
  SimWorld world({.nodes = 4, .capacity = capacity}, 1);
  world.run(ask_too_few(world));
}

/// Machines die one after the other while a long upload goes on.
Task<> die_during_upload(SimWorld& world) {
  Model model(world);
  const BodyPlan slow{.breaks_at = {}, .pause = std::chrono::milliseconds(500), .piece = 8192};
  async::TaskGroup upload(world.executor(), "upload");
  bool is_stored = false;
  struct Run {
    static Task<> upload(SimWorld& in, Model& of, BodyPlan plan, bool& done) {
      done = (co_await store_and_remember(in, of, "long", 40 * in.settings().chunk_size, plan)).has_value();
    }
  };
  upload.spawn(Run::upload(world, model, slow, is_stored));
  for (std::size_t i = 1; i < 8; ++i) {
    co_await world.clock().sleep_for(std::chrono::seconds(2));
    co_await world.node(i).crash(test::Crash::power_loss);
  }
  co_await upload.join();
  EXPECT_TRUE(is_stored);
  for (std::size_t i = 1; i < 8; ++i) co_await world.node(i).start();
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(Holders, ThatDieDuringAnUploadAreReplaced) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = 20}, seed);
    world.run(die_during_upload(world));
  }
}

Task<> store_and_forget(SimWorld& world, const Bytes& content) {
  co_await store(world.node(kOwner), world.clock(), named("given up"), content);
}

Task<> give_up(SimWorld& world, Bytes content) {
  co_await async::finish_within(world.clock(), store_and_forget(world, content),
                                std::chrono::milliseconds(1500));
}

/// Disks take seconds for each access: the deletion comes while the shard is still being written. Then the
/// machines fall, as soon as the owner has been told that nothing is left.
Task<> be_overtaken_by_deletion(SimWorld& world) {
  Model model(world);
  for (auto& node : world.nodes()) node->chunks().set_slowness(1000);
  co_await give_up(world, world.random().bytes(3 * world.settings().chunk_size));
  co_await model.wait_for_cleaning();
  for (std::size_t i = 1; i < world.nodes().size(); ++i) {
    co_await world.node(i).crash(test::Crash::power_loss);
    world.node(i).chunks().set_slowness(1);
    co_await world.node(i).start();
  }
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(Holders, DoNotKeepWhatWasDeletedWhileItWasWritten) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = 6}, seed);
    world.run(be_overtaken_by_deletion(world));
  }
}

Task<> put_one(SimWorld& world, Buffer bytes, std::optional<Result<PeerReply>>& reply) {
  const ShardId shard{crypto::merkle_root(bytes.view()).bytes};
  PeerCall call{wire::operations::kPutShard, wire::encode(wire::PutShard{shard}), bytes};
  auto& holder = world.node(1);
  reply = co_await world.node(kOwner).transport().call({holder.id(), holder.settings().endpoints},
                                                       std::move(call), {});
}

/// The line is slow for the shard and fast again for its deletion, which so arrives first.
Task<> overtake_a_put(SimWorld& world) {
  auto& holder = world.node(1);
  const auto bytes = Buffer::copy_of(world.random().bytes(kMaxChunkSize));
  std::optional<Result<PeerReply>> stored;
  async::TaskGroup put(world.executor(), "put");
  world.network().set_slowness(1, 8);  // seconds for the shard; more, and nobody could connect in time
  put.spawn(put_one(world, bytes, stored));
  while (!stored && holder.chunks().usage().reserved.value == 0) {
    co_await world.clock().sleep_for(std::chrono::milliseconds(1));
  }
  world.network().set_slowness(1, 1);
  const wire::DeleteShards erase{{ShardId{crypto::merkle_root(bytes.view()).bytes}}, {}};
  const PeerCall call{wire::operations::kDeleteShards, wire::encode(erase), {}};
  EXPECT_TRUE(
      co_await world.node(kOwner).transport().call({holder.id(), holder.settings().endpoints}, call, {}));
  EXPECT_FALSE(stored) << "the shard came first";
  co_await put.join();
  EXPECT_TRUE(stored && !*stored && stored->error().code == Errc::conflict);
  EXPECT_TRUE(holder.chunks().shards().empty());
}

TEST(Holders, RefuseAShardThatItsDeletionHasOvertaken) {
  SimWorld world({.nodes = 2}, 1);
  world.run(overtake_a_put(world));
}

Task<> be_impersonated(SimWorld& world) {
  Model model(world);
  for (std::size_t i = 1; i < 10; ++i) world.network().impersonate(i, i + 10);
  EXPECT_TRUE(co_await store_and_remember(world, model, "file", 5 * world.settings().chunk_size));
  for (const auto& chunk : *co_await chunks_of(world.node(kOwner).engine(), model.memories().front().id)) {
    for (const auto& shard : chunk.shards) EXPECT_GE(world.find(shard.holder)->number(), 10);
  }
  world.network().heal();
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(Holders, WhoseAddressAnotherNodeHasTakenAreReplaced) {
  SimWorld world({.nodes = 30}, 1);
  world.run(be_impersonated(world));
}

/// The owner deletes while two holders of each chunk are away.
Task<> come_back_after_deletion(SimWorld& world) {
  Model model(world);
  const auto file = co_await store_and_remember(world, model, "file", 6 * world.settings().chunk_size);
  std::set<NodeId> away;
  for (const auto& chunk : *co_await chunks_of(world.node(kOwner).engine(), file->id)) {
    away.insert(chunk.shards[0].holder);
    away.insert(chunk.shards[1].holder);
  }
  for (const auto& id : away) co_await world.find(id)->crash(test::Crash::process_kill);
  EXPECT_TRUE(co_await world.node(kOwner).engine().cleaner().erase(file->id));
  model.memories().front().deleted = Fate::yes;
  co_await world.clock().sleep_for(std::chrono::hours(1));
  std::size_t kept = 0;
  for (const auto& id : away) kept += world.find(id)->chunks().shards().size();
  EXPECT_GT(kept, 0);
  // The owner may forget who was away, not what has to be deleted.
  co_await world.node(kOwner).crash(test::Crash::power_loss);
  co_await world.node(kOwner).start();
  co_await world.clock().sleep_for(std::chrono::minutes(1));
  for (const auto& id : away) co_await world.find(id)->start();
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(Holders, ThatWereAwayForgetWhatWasDeletedMeanwhile) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = 12}, seed);
    world.run(come_back_after_deletion(world));
  }
}

Task<> be_slow(SimWorld& world) {
  Model model(world);
  const auto file = co_await store_and_remember(world, model, "file", 3 * world.settings().chunk_size);
  const auto chunks = co_await chunks_of(world.node(kOwner).engine(), file->id);
  // Two of three need minutes for an answer, without ever falling silent.
  for (const auto& chunk : *chunks) {
    for (std::size_t i = 0; i < 2; ++i) {
      const auto number = world.find(chunk.shards[i].holder)->number();
      world.network().set_slowness(number, 20'000);
    }
  }
  for (const auto& chunk : *chunks)
    world.network().set_slowness(world.find(chunk.shards[2].holder)->number(), 1);
  const auto begin = world.clock().now();
  const auto bytes = co_await read_file(world.node(kOwner).engine(), file->id);
  EXPECT_TRUE(bytes && *bytes == model.memories().front().content);
  EXPECT_LT(world.clock().now() - begin, std::chrono::seconds(20));
  world.network().heal();
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(Holders, ThatAreSlowAreNotWaitedFor) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = 20}, seed);
    world.run(be_slow(world));
  }
}

/// Each holder of a chunk in turn answers, but needs minutes to read its disk.
Task<> be_slow_to_read(SimWorld& world, Duration& longest) {
  Model model(world);
  const auto file = co_await store_and_remember(world, model, "file", world.settings().chunk_size);
  const auto chunks = co_await chunks_of(world.node(kOwner).engine(), file->id);
  for (const auto& shard : chunks->front().shards) {
    auto& disk = world.find(shard.holder)->chunks();
    disk.set_slowness(100'000);
    const auto begin = world.clock().now();
    const auto bytes = co_await read_file(world.node(kOwner).engine(), file->id);
    EXPECT_TRUE(bytes && *bytes == model.memories().front().content);
    longest = std::max(longest, world.clock().now() - begin);
    disk.set_slowness(1);
  }
  EXPECT_LT(longest, std::chrono::seconds(4));
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(Holders, ThatAreSlowToReadCostTwoSeconds) {
  Duration longest{};
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = 20}, seed);
    world.run(be_slow_to_read(world, longest));
  }
  EXPECT_GE(longest, std::chrono::seconds(2)) << "the slow one was never asked first";
}

}  // namespace
}  // namespace mycostr::sim
