// Months of a network: disks die, some rot, some holders cheat, and the owners' audits and repairs go on. The
// domain's own code on both sides; only the DHT rests: who lives, the directories are told from outside,
// since its datagrams would cost more than all else.
#pragma once

#include <functional>

#include "sim/client.hpp"

namespace mycostr::sim {

/// How a holder treats what it keeps.
struct Cheating {
  double drops = 0;       ///< of its shards, forgotten as soon as they are kept
  unsigned slowness = 1;  ///< how many times slower its disk is
};

struct MonthsSettings {
  std::size_t nodes = 200;
  std::size_t owners = 2;  ///< the first ones; they never die
  std::size_t files = 2000;
  int days = 30;
  double lost_per_day = 0.02;  ///< of the holders; each is replaced by a new node
  double rot_per_day = 0;      ///< shards of the network, of which a byte changes
  Duration audit_period = std::chrono::hours(1);
  std::map<std::size_t, Cheating> cheaters = {};
  /// A day on which owner 0 cannot reach half of the network, for so long.
  std::optional<int> partition_day = {};
  Duration partition_length = std::chrono::hours(12);
  bool owners_restart = true;  ///< each once a week
};

struct MonthsReport {
  std::vector<std::string> complaints;
  std::size_t deaths = 0;
  std::size_t rotted = 0;
  std::size_t files_lost = 0;
  std::size_t repaired = 0;
  std::size_t repaired_in_partition = 0;
  Duration slowest_repair{};  ///< from a holder's death to the last copy made in its place
  Duration promised_repair{};
  std::size_t audits = 0;
  std::map<std::size_t, Duration> found;  ///< when each cheater's first audit failed, since the start
  std::size_t honest_disqualified = 0;
  std::uint64_t trace = 0;
};

/// The same report for the same seed. `each_day` is told what was seen until then, if given.
MonthsReport run_months(const MonthsSettings& settings, std::uint64_t seed,
                        std::function<void(int day, const MonthsReport&)> each_day = {});

}  // namespace mycostr::sim
