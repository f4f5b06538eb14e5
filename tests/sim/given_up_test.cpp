// A holder that is away for very long: what was to be deleted there is forgotten, and found again should it
// come back.
#include "sim/repair_fixture.hpp"
#include "sim/seeds.hpp"

namespace mycostr::sim {
namespace {

constexpr auto kGivenUpAfter = 8h;

std::size_t rows_of(SimNode& owner, std::string_view kind) {
  const auto& rows = owner.meta().rows();
  return static_cast<std::size_t>(
      std::ranges::count_if(rows, [&](const auto& row) { return row.first.starts_with(kind); }));
}

/// The owner falls at any moment meanwhile.
Task<> fall_now_and_then(SimWorld& world, SimNode& owner, Duration time) {
  for (const auto end = world.clock().now() + time; world.clock().now() < end;) {
    co_await world.clock().sleep_for(
        std::min<Duration>(std::chrono::minutes(30 + world.random().below(120)), end - world.clock().now()));
    co_await owner.crash(test::Crash::power_loss);
    co_await owner.start();
  }
}

Task<> stay_away_and_return(SimWorld& world) {
  RepairFixture it(world);
  co_await it.store_it();
  const auto erased = co_await store(it.owner(), world.clock(), named("erased"), world.random().bytes(5000));
  EXPECT_TRUE(erased);
  if (!erased) co_return;
  co_await it.pass(5min);
  auto& away = *(co_await it.holders()).front();
  const auto kept = away.chunks().shards().size();
  co_await away.crash(test::Crash::power_loss);
  co_await it.pass(kUntilGone + 3min);
  EXPECT_TRUE(co_await it.owner().engine().cleaner().erase(erased->id));
  co_await it.pass(kSurplusAfter + 20min);
  EXPECT_GT(rows_of(it.owner(), "d/"), 0U) << "it may come back";
  co_await fall_now_and_then(world, it.owner(), kGivenUpAfter);
  co_await it.pass(kSurplusAfter + 15min);
  EXPECT_EQ(rows_of(it.owner(), "d/"), 0U);
  EXPECT_EQ(it.owner().engine().agreements().with(agreement::Role::owner, away.id()), nullptr);
  EXPECT_EQ(it.repairs().planner().holders().find(away.id()), nullptr) << "nobody watches it any more";
  EXPECT_EQ(rows_of(it.owner(), "k/"), kChunks * kCopies);
  EXPECT_EQ(rows_of(it.owner(), "gj/"), 0U);
  EXPECT_EQ(away.chunks().shards().size(), kept);

  co_await away.start();
  co_await fall_now_and_then(world, it.owner(), 4h);
  co_await it.pass(30min);
  EXPECT_EQ(away.chunks().shards().size(), co_await it.copies_on(away));
  EXPECT_EQ(rows_of(it.owner(), "d/"), 0U);
  EXPECT_EQ(it.on_disks(), kCopies * kChunks);
  co_await it.expect_reads();
}

TEST(GivenUp, WhatIsForgottenIsFoundAgain) {
  for (std::uint64_t seed = 1; seed <= seeds_of(5); ++seed) {
    SCOPED_TRACE(seed);
    auto settings = world_of(12);
    settings.adjust = [](engine::EngineSettings& node) {
      shorten(node);
      node.audit.period = 1h;
      node.repair.given_up_after = kGivenUpAfter;
    };
    SimWorld world(settings, seed);
    world.run(stay_away_and_return(world));
  }
}

}  // namespace
}  // namespace mycostr::sim
