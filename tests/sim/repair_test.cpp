// Whole nodes lose holders, shards and each other; what an owner does about it.
#include "sim/repair_fixture.hpp"
#include "sim/seeds.hpp"
#include "sim/truth.hpp"

namespace mycostr::sim {
namespace {

using repair::HolderState;

Task<> lose_a_holder(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  auto& lost = *(co_await it.holders()).front();
  const auto copies = co_await it.copies_on(lost);
  co_await it.die(lost);
  co_await it.pass(10min);
  EXPECT_EQ(it.repairs().history().done(), 0U) << "it may come back";
  EXPECT_EQ((co_await it.health()).degraded, copies);
  co_await it.pass(kUntilGone - 10min + 3min);
  EXPECT_EQ(it.state_of(lost), HolderState::gone);
  EXPECT_EQ(co_await it.fewest(), kCopies);
  EXPECT_EQ(it.repairs().history().done(), copies);
  EXPECT_EQ((co_await it.health()).healthy, kChunks);
  expect_distinct_holders(co_await it.chunks());
  co_await it.expect_reads();
  // Nothing more is made, and in the end the dead holder is forgotten.
  co_await it.pass(kSurplusAfter + 20min);
  EXPECT_EQ(co_await it.fewest(), kCopies);
  EXPECT_EQ(co_await it.copies_on(lost), 0U);
  EXPECT_EQ(it.on_disks(), kCopies * kChunks);
}

TEST(Repair, MakesTheCopiesOfALostHolderAnew) {
  for (std::uint64_t seed = 1; seed <= seeds_of(3); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(12), seed);
    world.run(lose_a_holder(world));
  }
}

Task<> lose_two_holders(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  const auto shards = (co_await it.chunks()).front().shards;
  co_await it.die(*world.find(shards[0].holder));
  co_await it.die(*world.find(shards[1].holder));
  co_await it.pass(kUntilSuspect + kGraceCritical + 2min);
  const auto chunk = (co_await it.chunks()).front();
  EXPECT_GE(std::ranges::count_if(chunk.shards, [&](const auto& shard) { return it.keeps(shard); }), 2)
      << "the last copy does not stay alone for hours";
  co_await it.pass(kGrace);
  EXPECT_EQ(co_await it.fewest(), kCopies);
  co_await it.expect_reads();
}

TEST(Repair, HurriesWhereOneCopyIsLeft) {
  for (std::uint64_t seed = 1; seed <= seeds_of(3); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(16), seed);
    world.run(lose_two_holders(world));
  }
}

Task<> return_late(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  auto& away = *(co_await it.holders()).front();
  const auto copies = co_await it.copies_on(away);
  co_await away.crash(test::Crash::power_loss);
  co_await it.pass(kUntilGone + 3min);
  EXPECT_EQ(it.repairs().history().done(), copies);
  co_await away.start();
  co_await it.pass(10min);  // it answers, and then an audit
  EXPECT_EQ(it.state_of(away), HolderState::live);
  EXPECT_EQ(it.on_disks(), kCopies * kChunks + copies);
  co_await it.pass(kSurplusAfter - 15min);
  EXPECT_EQ(it.on_disks(), kCopies * kChunks + copies);
  co_await it.pass(30min);
  EXPECT_EQ(it.on_disks(), kCopies * kChunks) << "what is too many is taken back";
  EXPECT_EQ(co_await it.fewest(), kCopies);
  expect_distinct_holders(co_await it.chunks());
  co_await it.expect_reads();
}

TEST(Repair, TakesBackWhatIsTooManyWhenAHolderReturns) {
  for (std::uint64_t seed = 1; seed <= seeds_of(3); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(12), seed);
    world.run(return_late(world));
  }
}

/// The owner loses sight of two thirds of the others, then sees them again.
Task<> part(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  for (std::size_t n = 1; n < world.nodes().size(); n += n % 3 == 1 ? 1 : 2) {
    world.network().block(kOwner, n);
    world.network().block(n, kOwner);
  }
  const auto disks = it.on_disks();
  co_await it.pass(3 * kGrace);
  EXPECT_TRUE(it.repairs().frozen());
  EXPECT_EQ(it.repairs().history().done(), 0U);
  world.network().heal();
  co_await it.pass(3 * kGrace);
  EXPECT_FALSE(it.repairs().frozen());
  EXPECT_EQ(it.repairs().history().done(), 0U) << "it was the own link";
  EXPECT_EQ(it.on_disks(), disks);
  EXPECT_EQ((co_await it.health()).healthy, kChunks);
  co_await it.expect_reads();
}

TEST(Repair, WaitsWhereTheOwnLinkMayBeAtFault) {
  for (std::uint64_t seed = 1; seed <= seeds_of(3); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(13), seed);
    world.run(part(world));
  }
}

Task<> rot_some(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  std::size_t rotten = 0;
  for (const auto& chunk : co_await it.chunks()) {
    if (!world.random().chance(1, 2)) continue;
    const auto& shard = chunk.shards[world.random().below(chunk.shards.size())];
    EXPECT_TRUE(world.find(shard.holder)->chunks().rot({it.owner().id(), shard.id}));
    ++rotten;
  }
  for (const auto& node : world.nodes()) node->engine().scrubber().start_now();
  co_await it.pass(3min);
  EXPECT_EQ(it.repairs().history().done(), rotten);
  for (const auto& record : it.repairs().list(repair::RepairState::done, 100)) {
    EXPECT_EQ(record.reason, repair::Reason::rot);
    EXPECT_TRUE(record.to);
  }
  EXPECT_EQ(co_await it.fewest(), kCopies);
  EXPECT_EQ(it.on_disks(), kCopies * kChunks);
  expect_distinct_holders(co_await it.chunks());
  co_await it.expect_reads();
}

TEST(Repair, WhereNobodyElseCanTheHolderThatLostACopyTakesTheNewOne) {
  for (std::uint64_t seed = 1; seed <= seeds_of(3); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(kCopies + 1), seed);
    world.run(rot_some(world));
  }
}

TEST(Repair, ReplacesAtOnceWhatHoldersSayIsLost) {
  for (std::uint64_t seed = 1; seed <= seeds_of(5); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(12), seed);
    world.run(rot_some(world));
  }
}

Task<> drain(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  // The records that the nodes have of one another at first are newer than any made until then.
  co_await it.pass(10min);
  auto& leaving = *(co_await it.holders()).front();
  EXPECT_TRUE(co_await leaving.engine().drain().start());
  co_await it.pass(20min);
  EXPECT_TRUE(leaving.chunks().shards().empty());
  EXPECT_EQ(co_await it.copies_on(leaving), 0U);
  EXPECT_EQ(leaving.engine().drain().status().state, holder::DrainState::drained);
  EXPECT_EQ(co_await it.fewest(), kCopies);
  EXPECT_EQ(it.on_disks(), kCopies * kChunks);
  co_await it.expect_reads();
}

TEST(Repair, MovesTheCopiesOfAHolderThatLeaves) {
  for (std::uint64_t seed = 1; seed <= seeds_of(3); ++seed) {
    SCOPED_TRACE(seed);
    SimWorld world(world_of(12), seed);
    world.run(drain(world));
  }
}

/// A router that lets datagrams through, and connections no more.
Task<> lose_connections_only(SimWorld& world) {
  Truth truth(world);
  async::TaskGroup truths(world.executor(), "truth");
  truths.spawn(truth.run(1));
  RepairFixture it(world);
  co_await it.store_it();
  auto& holder = *(co_await it.holders()).front();
  world.network().block(it.owner().number(), holder.number());
  co_await it.pass(it.owner().settings().audit.period + kUntilGone + 20min);
  EXPECT_EQ(it.state_of(holder), repair::HolderState::gone);
  for (const auto& chunk : co_await it.chunks()) {
    const auto elsewhere =
        chunk.shards.size() - std::ranges::count(chunk.shards, holder.id(), &files::ShardInfo::holder);
    EXPECT_EQ(elsewhere, kCopies);
  }
  it.owner().engine().files().performance.record_transfer(holder.id(), reputation::Direction::up, 4_KiB, 1s,
                                                          true, world.clock().wall_now());
  co_await it.pass(1min);
  EXPECT_NE(it.state_of(holder), repair::HolderState::gone) << "a shard reached it";
  world.network().unblock(it.owner().number(), holder.number());
  co_await it.pass(2 * it.owner().settings().audit.period);
  EXPECT_EQ(it.state_of(holder), repair::HolderState::live);
  co_await truths.close();
}

TEST(Repair, AHolderThatTakesNoConnectionsIsReplacedThoughItAnswersPings) {
  auto settings = world_of(8);
  settings.runs_dht = false;
  SimWorld world(settings, 1);
  world.run(lose_connections_only(world));
}

/// What it has reported and nobody can repair yet, every audit finds again.
Task<> report_what_cannot_be_repaired(SimWorld& world) {
  RepairFixture it(world);
  const auto stored = co_await store(it.owner(), world.clock(), named("file"), world.random().bytes(100));
  EXPECT_TRUE(stored);
  co_await it.pass(1min);
  const auto chunks = co_await chunks_of(it.owner().engine(), stored->id);
  const auto shards = chunks.value().front().shards;
  auto& holder = *world.find(shards.front().holder);
  for (const auto& other : shards) {
    if (other.holder != holder.id()) co_await world.find(other.holder)->crash(test::Crash::process_kill);
  }
  EXPECT_TRUE(holder.chunks().rot({it.owner().id(), shards.front().id}));
  holder.engine().scrubber().start_now();
  co_await it.pass(1h);
  const auto* score = it.owner().engine().scores().find(holder.id());
  const auto events_of = [&](reputation::Event::Kind kind) {
    return std::ranges::count(score->events, kind, &reputation::Event::kind);
  };
  EXPECT_GE(events_of(reputation::Event::Kind::self_reported), 1);
  EXPECT_GE(events_of(reputation::Event::Kind::unknown), 5);
  EXPECT_EQ(score->failed, 0U);
  EXPECT_FALSE(it.owner().engine().audits().list({.outcome = audit::Outcome::failed}).empty())
      << "the hour is not paid";
}

TEST(Repair, AReportedLossIsNoFailureWhileNobodyCanRepairIt) {
  SimWorld world(world_of(4), 1);
  world.run(report_what_cannot_be_repaired(world));
}

}  // namespace
}  // namespace mycostr::sim
