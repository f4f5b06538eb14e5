// Which seeds are run.
#pragma once

#include <cstdint>
#include <optional>

namespace mycostr::sim {

/// MYCOSTR_SIM_SEEDS, or as many as the build is fast enough for.
std::uint64_t seed_count();
/// Of a scenario that is run with so many; with sanitizers a quarter of them.
std::uint64_t seeds_of(std::uint64_t most);
/// MYCOSTR_SIM_SEED: this one alone.
std::optional<std::uint64_t> only_seed();

}  // namespace mycostr::sim
