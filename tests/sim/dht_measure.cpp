#include "sim/dht_measure.hpp"

#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>

#include "dht/distance.hpp"

namespace mycostr::sim {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);

struct Somebody {
  NodeId id;
  std::size_t number;
};

/// Who should be found, closest first: more than k, for some may go.
std::vector<Somebody> expected(DhtWorld& world, const NodeId& target, const DhtNode& asker,
                               Duration settled) {
  std::vector<Somebody> out;
  for (std::size_t i = 0; i < world.size(); ++i) {
    const auto& node = world.node(i);
    const bool counts = node.is_up() && !node.is_behind_nat && !node.is_adversary && &node != &asker;
    if (counts && world.now() - node.started >= settled) out.push_back({node.id(), i});
  }
  const auto count = std::min(2 * dht::kBucketSize, out.size());
  std::ranges::partial_sort(out, out.begin() + static_cast<std::ptrdiff_t>(count), dht::CloserTo{target},
                            &Somebody::id);
  out.resize(count);
  return out;
}

struct Measuring {
  LookupReport report;
  std::size_t ended = 0;
  double hits = 0;
  double wanted = 0;
  double requests = 0;
  double successes = 0;
};

void judge(DhtWorld& world, Measuring& sum, std::vector<Somebody> wanted,
           const std::vector<dht::Contact>& found) {
  std::erase_if(wanted, [&](const Somebody& node) {
    return !world.node(node.number).is_up() || world.node(node.number).id() != node.id;
  });
  wanted.resize(std::min(wanted.size(), dht::kBucketSize));
  const auto has = [&](const Somebody& node) {
    return std::ranges::find(found, node.id, &dht::Contact::id) != found.end();
  };
  sum.hits += double(std::ranges::count_if(wanted, has));
  sum.wanted += double(wanted.size());
  sum.successes += wanted.empty() || has(wanted.front());
}

void look(DhtWorld& world, const std::shared_ptr<Measuring>& sum, dht::Effort effort, Duration settled) {
  const auto target = world.random().make<NodeId>();
  auto* node = world.random_up();
  const auto before = node->dht().counters().requests;
  const auto done = [&world, sum, node, before, began = world.now(),
                     wanted =
                         expected(world, target, *node, settled)](const std::vector<dht::Contact>& found) {
    ++sum->ended;
    judge(world, *sum, wanted, found);
    sum->requests += double(node->dht().counters().requests - before);
    sum->report.seconds.push_back(to_seconds(world.now() - began));
  };
  node->dht().find_nodes(target, effort, done);
  world.tick_at(*node);
}

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

std::string to_string(const LookupReport& report) {
  return fmt::format("p50 {:.3f} s, p95 {:.3f} s, recall {:.4f}, requests {:.1f}, closest found {:.4f} of {}",
                     report.median(), report.percentile(.95), report.recall, report.requests, report.success,
                     report.seconds.size());
}

LookupReport measure_lookups(DhtWorld& world, std::size_t count, Duration between, dht::Effort effort,
                             Duration settled) {
  const auto sum = std::make_shared<Measuring>();
  for (std::size_t i = 0; i < count; ++i) {
    look(world, sum, effort, settled);
    world.run_for(between);
  }
  const auto end = world.now() + kPatience;
  while (sum->ended < count && world.now() < end) world.run_for(std::chrono::seconds(1));
  auto& report = sum->report;
  const auto ended = double(std::max<std::size_t>(sum->ended, 1));
  std::ranges::sort(report.seconds);
  report.asked = count;
  report.recall = sum->hits / std::max(sum->wanted, 1.0);
  report.success = sum->successes / ended;
  report.requests = sum->requests / ended;
  return std::move(report);
}

void kill_until(DhtWorld& world, double share) {
  std::size_t down = 0;
  for (std::size_t i = 0; i < world.size(); ++i) down += !world.node(i).is_up();
  while (double(down) < share * double(world.size())) {
    world.random_up()->stop();
    ++down;
  }
}

double stop_all_and_weigh(DhtWorld& world) {
  std::size_t count = 0;
  const auto before = heap_bytes();
  for (std::size_t i = 0; i < world.size(); ++i) {
    count += world.node(i).is_up();
    world.node(i).stop();
  }
  return double(before - heap_bytes()) / double(std::max<std::size_t>(count, 1));
}

}  // namespace mycostr::sim
