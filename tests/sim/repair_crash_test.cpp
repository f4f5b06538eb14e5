// What goes on around repair: the owner goes down, the file goes.
#include "sim/repair_fixture.hpp"
#include "sim/seeds.hpp"

namespace mycostr::sim {
namespace {

using repair::HolderState;

/// The owner goes down again and again in the middle of the work.
Task<> crash_the_owner(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  for (const auto& chunk : co_await it.chunks()) {
    const auto& shard = chunk.shards[world.random().below(chunk.shards.size())];
    EXPECT_TRUE(world.find(shard.holder)->chunks().rot({it.owner().id(), shard.id}));
  }
  for (const auto& node : world.nodes()) node->engine().scrubber().start_now();
  for (int i = 0; i < 12; ++i) {
    co_await it.pass(std::chrono::milliseconds(world.random().below(1'500)));
    co_await it.owner().crash(world.random().chance(1, 2) ? test::Crash::power_loss
                                                          : test::Crash::process_kill);
    co_await it.owner().start();
  }
  co_await it.pass(40min);  // holders tell again, the Cleaner takes back
  EXPECT_EQ(co_await it.fewest(), kCopies);
  EXPECT_EQ(it.on_disks(), kCopies * kChunks) << "nothing is left behind";
  expect_distinct_holders(co_await it.chunks());
  co_await it.expect_reads();
}

TEST(RepairCrash, GoesOnAfterCrashesOfTheOwner) {
  for (std::uint64_t seed = 1; seed <= seeds_of(20); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(12), seed);
    world.run(crash_the_owner(world));
  }
}

/// A holder's absence is not forgotten by a restart of the owner, or the grace would never end.
Task<> restart_the_owner_while_a_holder_is_away(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  auto& lost = *(co_await it.holders()).front();
  co_await it.die(lost);
  for (int i = 0; i < 6; ++i) {
    co_await it.pass(5min);
    co_await it.owner().crash(test::Crash::process_kill);
    co_await it.owner().start();
  }
  EXPECT_NE(it.state_of(lost), HolderState::live);
  co_await it.pass(5min);
  EXPECT_EQ(co_await it.fewest(), kCopies);
}

TEST(RepairCrash, CountsTheGraceAcrossRestarts) {
  for (std::uint64_t seed = 1; seed <= seeds_of(3); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(12), seed);
    world.run(restart_the_owner_while_a_holder_is_away(world));
  }
}

Task<> erase_meanwhile(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  for (const auto& chunk : co_await it.chunks()) {
    EXPECT_TRUE(world.find(chunk.shards[0].holder)->chunks().rot({it.owner().id(), chunk.shards[0].id}));
  }
  for (const auto& node : world.nodes()) node->engine().scrubber().start_now();
  while (it.repairs().history().done() == 0) co_await it.pass(10ms);
  EXPECT_TRUE(co_await it.owner().engine().cleaner().erase(it.id()));
  co_await it.pass(20min);
  EXPECT_EQ(it.on_disks(), 0U);
  EXPECT_TRUE(it.repairs().planner().running().empty());
  EXPECT_EQ(it.repairs().planner().queue().size(), 0U);
}

TEST(RepairCrash, EndsWithTheFile) {
  for (std::uint64_t seed = 1; seed <= seeds_of(10); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(12), seed);
    world.run(erase_meanwhile(world));
  }
}

}  // namespace
}  // namespace mycostr::sim
