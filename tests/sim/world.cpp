#include "sim/world.hpp"

#include <fmt/core.h>

#include <array>
#include <deque>

namespace mycostr::sim {
namespace {

/// Over six continents; the last one says nothing.
constexpr std::array<const char*, 16> kPlaces{"DE", "FR", "GB", "PL", "US-CA", "US-NY", "CA", "MX",
                                              "BR", "AR", "JP", "IN", "ZA",    "KE",    "AU", ""};

/// Keys are made once: they cost more than all else of a small world.
const crypto::Identity& identity_of(std::size_t number) {
  static std::deque<crypto::Identity> made;
  while (made.size() <= number) {
    test::SeededRandom random(made.size() + 1);
    made.emplace_back(random.make<crypto::Identity::Seed>());
  }
  return made[number];
}

Endpoint endpoint_of(std::size_t number) {
  return {fmt::format("10.{}.{}.1", number / 200, number % 200), 4100};
}

}  // namespace

SimWorld::SimWorld(WorldSettings settings, std::uint64_t seed)
    : settings_(std::move(settings)), random_(seed), clock_(std::in_place, loop_) {
  network_.emplace(loop_, *clock_, trace_, random_.below(UINT64_MAX));
  const Surroundings around{loop_, *clock_, *network_, trace_, settings_.runs_dht};
  for (std::size_t i = 0; i < settings_.nodes; ++i) {
    const auto& identity = identity_of(i);
    nodes_.push_back(
        std::make_unique<SimNode>(around, identity, settings_of(i), random_.below(UINT64_MAX / 1000)));
    numbers_[identity.id()] = i;
  }
}

/// What still sleeps refers to the nodes.
SimWorld::~SimWorld() {
  clock_.reset();
}

engine::EngineSettings SimWorld::settings_of(std::size_t number) {
  engine::EngineSettings out;
  out.network_id = settings_.network_id(number);
  out.endpoints = {endpoint_of(number)};
  for (const auto i : settings_.bootstrap) out.dht.bootstrap.push_back(endpoint_of(i));
  out.dht.probe_interval = std::chrono::minutes(20);
  out.files.chunk_size = settings_.chunk_size;
  out.files.chunks_sent_ahead = settings_.chunks_ahead;
  out.files.chunks_read_ahead = settings_.chunks_ahead;
  out.transfer_memory = settings_.transfer_memory;
  out.holder_capacity = settings_.capacity(number);
  out.holder_location = kPlaces[random_.below(kPlaces.size())];
  settings_.adjust(out);
  return out;
}

SimNode* SimWorld::find(const NodeId& id) {
  const auto at = numbers_.find(id);
  return at == numbers_.end() ? nullptr : nodes_[at->second].get();
}

void SimWorld::introduce_all() {
  std::vector<Bytes> records;
  for (const auto& node : nodes_) records.push_back(node->first_record(clock_->wall_now()));
  const auto awake = nodes_.size() - settings_.asleep;
  for (std::size_t reader = 0; reader < nodes_.size(); ++reader) {
    WriteBatch batch;
    for (std::size_t i = 0; i < awake; ++i) {
      if (i == reader) continue;
      batch.put("n/" + std::string(nodes_[i]->id().text()), std::string(as_text(records[i])));
    }
    nodes_[reader]->meta().preset(std::move(batch));
  }
}

Task<> SimWorld::whole(Task<> scenario) {
  if (settings_.bootstrap.empty()) introduce_all();
  for (std::size_t i = 0; i + settings_.asleep < nodes_.size(); ++i) co_await nodes_[i]->start();
  std::exception_ptr thrown;
  try {
    co_await std::move(scenario);
  } catch (...) {
    thrown = std::current_exception();
  }
  for (auto& node : nodes_) {
    if (node->is_up()) co_await node->stop();
  }
  if (thrown) std::rethrow_exception(thrown);
}

void SimWorld::run(Task<> scenario) {
  clock_->run(whole(std::move(scenario)));
}

}  // namespace mycostr::sim
