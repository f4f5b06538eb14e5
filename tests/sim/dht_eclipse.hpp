// The targeted attack: keys searched until their ids lie closest to a victim's.
#pragma once

#include "sim/dht_adversary.hpp"

namespace mycostr::sim {

struct EclipseSettings {
  std::size_t keys = 1;
  bool one_subnet = false;    ///< all attackers in one /24; else each in its own
  bool before_victim = true;  ///< they are there when the victim joins and publishes; else they come later
  std::size_t trials = 4;     ///< networks, each with another victim
  std::size_t nodes = 300;
  std::uint64_t seed = 1;
};

struct EclipseResult {
  double node_found = 0;     ///< share of lookups that found the victim's node
  double pointer_found = 0;  ///< share of lookups that found the owner pointer that it published
  double keys_tried = 0;     ///< by the attacker, for each key used
};

/// 50 lookups of each kind from random nodes in each trial, by disjoint paths.
EclipseResult eclipse(const EclipseSettings& settings);

}  // namespace mycostr::sim
