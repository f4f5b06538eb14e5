// A network in bad weather: users store, read and delete while machines crash and lines fail.
#pragma once

#include "sim/model.hpp"

namespace mycostr::sim {

/// What a storm is made of; drawn from its seed, so that some are rough and some are calm.
struct StormSettings {
  std::size_t owners = 0;
  std::size_t operations = 36;
  Duration length = std::chrono::seconds(60);
  std::uint64_t loss_per_mille = 0;
  std::size_t crashes = 0;
  std::size_t partitions = 0;
  std::size_t slow_nodes = 0;
  std::uint64_t small_holders_percent = 0;  ///< holders that are soon full
  ByteCount transfer_memory;
  std::size_t chunks_ahead = 4;
};

StormSettings settings_of_storm(std::uint64_t seed);

struct StormReport {
  std::vector<std::string> complaints;
  std::uint64_t trace = 0;
  std::uint64_t events = 0;
  std::uint64_t calls = 0;
  std::size_t stored = 0;
  std::size_t deleted = 0;
  std::size_t unknown = 0;
  std::size_t read = 0;
  std::size_t crashes = 0;
};

/// 100 nodes. The same report for the same seed.
StormReport run_storm(std::uint64_t seed);

}  // namespace mycostr::sim
