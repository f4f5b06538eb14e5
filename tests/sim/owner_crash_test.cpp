#include <gtest/gtest.h>

#include "sim/model.hpp"
#include "sim/seeds.hpp"

namespace mycostr::sim {
namespace {

constexpr std::size_t kOwner = 0;

void expect_no_complaints(const Model& model) {
  for (const auto& complaint : model.complaints()) ADD_FAILURE() << complaint;
}

files::StoreOptions with_key(std::string name, std::string key) {
  auto out = named(std::move(name));
  out.idempotency_key = std::move(key);
  return out;
}

Task<> upload(SimWorld& world, Memory& memory, BodyPlan plan) {
  auto& owner = world.node(kOwner);
  const auto life = owner.power().life();
  const auto stored = co_await store(owner, world.clock(), with_key(memory.name, "key of " + memory.name),
                                     memory.content, plan);
  if (!stored || !owner.power().lasts(life)) co_return;
  EXPECT_TRUE(memory.stored != Fate::yes || memory.id == stored->id) << "one key gave two files";
  memory.stored = Fate::yes;
  memory.id = stored->id;
}

/// The owner goes at any moment of an upload; its client tries again with the same key until it has an
/// answer.
Task<> crash_and_repeat(SimWorld& world) {
  Model model(world);
  auto& owner = world.node(kOwner);
  auto& memory = model.add(kOwner, "file", world.random().bytes(6 * world.settings().chunk_size + 5));
  memory.stored = Fate::unknown;
  const BodyPlan plan{.breaks_at = {}, .pause = std::chrono::milliseconds(20), .piece = 8192};
  async::TaskGroup clients(world.executor(), "clients");
  while (memory.stored != Fate::yes) {
    clients.spawn(owner.as_user(upload(world, memory, plan)));
    co_await world.clock().sleep_for(std::chrono::milliseconds(world.random().below(2500)));
    co_await owner.crash(world.random().chance(1, 2) ? test::Crash::power_loss : test::Crash::process_kill);
    co_await world.clock().sleep_for(std::chrono::milliseconds(world.random().below(500)));
    co_await owner.start();
    co_await clients.join();
  }
  // And once more, though it has the answer.
  co_await owner.as_user(upload(world, memory, {}));
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(OwnerCrash, LeavesOneFileForOneIdempotencyKey) {
  for (std::uint64_t seed = 1; seed <= seeds_of(60); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = 12}, seed);
    world.run(crash_and_repeat(world));
  }
}

Task<> reuse_a_key(SimWorld& world) {
  Model model(world);
  auto& owner = world.node(kOwner);
  auto& memory = model.add(kOwner, "file", world.random().bytes(10'000));
  co_await upload(world, memory, {});
  co_await owner.crash(test::Crash::power_loss);
  co_await owner.start();
  const auto other = world.random().bytes(10'000);
  const auto of_other_content = co_await store(owner, world.clock(), with_key("file", "key of file"), other);
  EXPECT_EQ(of_other_content.error().error.code, Errc::conflict);
  const auto of_other_name =
      co_await store(owner, world.clock(), with_key("other", "key of file"), memory.content);
  EXPECT_EQ(of_other_name.error().error.code, Errc::conflict);
  co_await model.check_at_rest();
  // What was deleted does not answer for the key any more.
  EXPECT_TRUE(co_await owner.engine().cleaner().erase(memory.id));
  const auto former = memory.id;
  memory.stored = Fate::no;
  co_await upload(world, memory, {});
  EXPECT_NE(memory.id, former);
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(OwnerCrash, KeepsWhatAnIdempotencyKeyWasUsedFor) {
  SimWorld world({.nodes = 8}, 1);
  world.run(reuse_a_key(world));
}

Task<> erase_and_crash(SimWorld& world) {
  Model model(world);
  auto& owner = world.node(kOwner);
  auto& memory = model.add(kOwner, "file", world.random().bytes(5 * world.settings().chunk_size));
  co_await upload(world, memory, {});
  EXPECT_TRUE(co_await owner.engine().cleaner().erase(memory.id));
  memory.deleted = Fate::yes;
  for (int i = 0; i < 5; ++i) {
    co_await world.clock().sleep_for(std::chrono::milliseconds(world.random().below(200)));
    co_await owner.crash(test::Crash::power_loss);
    co_await owner.start();
  }
  co_await model.check_at_rest();
  expect_no_complaints(model);
}

TEST(OwnerCrash, DoesNotStopADeletion) {
  for (std::uint64_t seed = 1; seed <= seeds_of(40); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world({.nodes = 12}, seed);
    world.run(erase_and_crash(world));
  }
}

}  // namespace
}  // namespace mycostr::sim
