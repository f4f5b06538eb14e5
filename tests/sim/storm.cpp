#include "sim/storm.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "async/timeout.hpp"
#include "sim/truth.hpp"
#include "sim/users.hpp"
#include "sim/weather.hpp"

namespace mycostr::sim {
namespace {

// A user with a key tries six times, and in the worst weather each try waits for one lost answer after
// another.
constexpr auto kLongestOperation = std::chrono::hours(3);

/// Joining is half of what a storm costs, and the DHT has scenarios of its own.
constexpr std::uint64_t kStormsPerDht = 5;

WorldSettings world_of(const StormSettings& storm, std::uint64_t seed) {
  WorldSettings out;
  out.chunks_ahead = storm.chunks_ahead;
  out.transfer_memory = storm.transfer_memory;
  out.runs_dht = seed % kStormsPerDht == 0;
  out.capacity = [percent = storm.small_holders_percent, seed](std::size_t node) {
    test::SeededRandom random(seed * 1000 + node);
    return random.chance(percent, 100) ? ByteCount{16384 * (1 + random.below(4))} : 16_MiB;
  };
  // Nothing joins or leaves the agreement of a holder that owes an answer: the model waits for that too.
  out.adjust = [](engine::EngineSettings& engine) { engine.audit.contain_for = std::chrono::minutes(6); };
  return out;
}

Task<> pass(SimWorld& world, const StormSettings& settings, Users& users, Weather& weather, Model& model) {
  Truth truth(world);
  async::TaskGroup truths(world.executor(), "truth");
  if (!world.settings().runs_dht) truths.spawn(truth.run(settings.owners));
  async::TaskGroup group(world.executor(), "storm");
  group.spawn(weather.run());
  group.spawn(users.run());
  if (!co_await async::finish_within(world.clock(), group.join(), settings.length + kLongestOperation)) {
    model.complain("an operation does not end");
  }
  co_await weather.clear_up();
  co_await model.check_at_rest();
  co_await truths.close();
}

}  // namespace

StormSettings settings_of_storm(std::uint64_t seed) {
  test::SeededRandom random(seed);
  StormSettings out;
  out.owners = 1 + random.below(12);
  if (random.chance(1, 10))
    out.loss_per_mille = 200;
  else if (random.chance(2, 3))
    out.loss_per_mille = random.below(50);
  out.crashes = random.below(25);
  out.partitions = random.below(4);
  out.slow_nodes = random.below(6);
  out.small_holders_percent = random.chance(1, 3) ? random.below(90) : 0;
  out.chunks_ahead = 1 + random.below(8);
  // From one piece of three copies to more than anybody needs.
  out.transfer_memory = ByteCount{8192 * 3 * (random.chance(1, 3) ? 1 + random.below(4) : 40)};
  return out;
}

StormReport run_storm(std::uint64_t seed) {
  const auto settings = settings_of_storm(seed);
  SimWorld world(world_of(settings, seed), seed);
  Model model(world);
  Users users(world, model, settings);
  Weather weather(world, settings);
  world.run(pass(world, settings, users, weather, model));

  StormReport out;
  out.complaints = model.complaints();
  out.trace = world.trace().hash();
  out.events = world.trace().events();
  out.calls = world.network().calls();
  out.read = users.files_read();
  out.crashes = weather.crashes();
  for (const auto& memory : model.memories()) {
    out.stored += memory.stored == Fate::yes;
    out.deleted += memory.deleted == Fate::yes;
    out.unknown += memory.stored == Fate::unknown || memory.deleted == Fate::unknown;
  }
  return out;
}

}  // namespace mycostr::sim
