#include "sim/weather.hpp"

namespace mycostr::sim {
namespace {

Duration seconds_up_to(test::SeededRandom& random, std::uint64_t most) {
  return std::chrono::milliseconds(200 + random.below(most * 1000));
}

}  // namespace

Weather::Weather(SimWorld& world, const StormSettings& settings)
    : world_(world),
      settings_(settings),
      random_(world.random().below(UINT64_MAX)),
      events_(world.executor(), "weather") {}

Task<> Weather::run() {
  world_.network().set_loss(settings_.loss_per_mille);
  for (std::size_t i = 0; i < settings_.crashes; ++i) events_.spawn(crash_one());
  for (std::size_t i = 0; i < settings_.partitions; ++i) events_.spawn(partition_some());
  for (std::size_t i = 0; i < settings_.slow_nodes; ++i) events_.spawn(slow_one());
  co_await events_.join();
}

Task<> Weather::wait_for_a_moment() {
  co_await world_.clock().sleep_for(
      Duration(random_.below(static_cast<std::uint64_t>(settings_.length.count()))));
}

std::size_t Weather::victim() {
  if (random_.chance(1, 3)) return any_node();
  std::vector<std::size_t> busy;
  for (std::size_t i = 0; i < settings_.owners; ++i) {
    if (world_.node(i).is_busy()) busy.push_back(i);
  }
  return busy.empty() ? random_.below(settings_.owners) : busy[random_.below(busy.size())];
}

Task<> Weather::crash_one() {
  co_await wait_for_a_moment();
  auto& node = world_.node(victim());
  if (!node.is_up()) co_return;
  ++crashes_;
  co_await node.crash(random_.chance(1, 2) ? test::Crash::power_loss : test::Crash::process_kill);
  co_await world_.clock().sleep_for(seconds_up_to(random_, random_.chance(1, 4) ? 60 : 5));
  co_await node.start();
}

Task<> Weather::partition_some() {
  co_await wait_for_a_moment();
  const bool is_symmetric = random_.chance(1, 2);
  std::vector<std::pair<std::size_t, std::size_t>> cut;
  const auto inside = 1 + random_.below(world_.nodes().size() / 3);
  std::set<std::size_t> island{victim()};
  while (island.size() < inside) island.insert(any_node());
  for (const auto from : island) {
    for (std::size_t to = 0; to < world_.nodes().size(); ++to) {
      if (island.contains(to)) continue;
      cut.push_back({from, to});
      if (is_symmetric) cut.push_back({to, from});
    }
  }
  for (const auto& [from, to] : cut) world_.network().block(from, to);
  co_await world_.clock().sleep_for(seconds_up_to(random_, random_.chance(1, 3) ? 60 : 10));
  for (const auto& [from, to] : cut) world_.network().unblock(from, to);
}

Task<> Weather::slow_one() {
  co_await wait_for_a_moment();
  const auto node = any_node();
  const auto factor = static_cast<unsigned>(2 + random_.below(200));
  world_.network().set_slowness(node, factor);
  world_.node(node).chunks().set_slowness(factor);
}

Task<> Weather::clear_up() {
  co_await events_.join();
  world_.network().heal();
  for (auto& node : world_.nodes()) {
    node->chunks().set_slowness(1);
    if (!node->is_up()) co_await node->start();
  }
}

}  // namespace mycostr::sim
