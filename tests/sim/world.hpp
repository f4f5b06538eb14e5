// Nodes that know one another, on one virtual clock.
#pragma once

#include <optional>

#include "sim/node.hpp"

namespace mycostr::sim {

struct WorldSettings {
  std::size_t nodes = 100;
  std::uint64_t chunk_size = 8192;  ///< small: what is tested is not how fast SHA-256 is
  std::size_t chunks_ahead = 4;
  ByteCount transfer_memory = 1_MiB;
  /// Of node i; 0: no holder.
  std::function<ByteCount(std::size_t)> capacity = [](std::size_t) { return 16_MiB; };
  std::function<std::string(std::size_t)> network_id = [](std::size_t) { return "sim"; };
  std::size_t asleep = 0;  ///< the last so many are started by the scenario, and known to nobody before
  bool runs_dht = true;
  /// All that the nodes know at first is where these are; empty: they know one another.
  std::vector<std::size_t> bootstrap = {};
  /// The last word on every node's settings.
  std::function<void(engine::EngineSettings&)> adjust = [](engine::EngineSettings&) {};
};

/// Everything that happens follows from the seed. Nodes have run for long: they know one another's records,
/// unless the settings name a bootstrap.
class SimWorld {
 public:
  SimWorld(WorldSettings settings, std::uint64_t seed);
  ~SimWorld();

  /// Starts all nodes, runs `scenario` to its end, stops all nodes.
  void run(Task<> scenario);

  test::VirtualClock& clock() { return *clock_; }
  test::SimNetwork& network() { return *network_; }
  test::SeededRandom& random() { return random_; }
  test::Trace& trace() { return trace_; }
  boost::asio::any_io_executor executor() { return loop_.get_executor(); }
  SimNode& node(std::size_t number) { return *nodes_[number]; }
  std::vector<std::unique_ptr<SimNode>>& nodes() { return nodes_; }
  SimNode* find(const NodeId& id);
  const WorldSettings& settings() const { return settings_; }

 private:
  Task<> whole(Task<> scenario);
  void introduce_all();
  engine::EngineSettings settings_of(std::size_t number);

  const WorldSettings settings_;
  boost::asio::io_context loop_;
  test::Trace trace_;
  test::SeededRandom random_;
  std::optional<test::VirtualClock> clock_;
  std::optional<test::SimNetwork> network_;
  std::vector<std::unique_ptr<SimNode>> nodes_;
  std::map<NodeId, std::size_t> numbers_;
};

}  // namespace mycostr::sim
