// Candidates and randomness for the tests of placement.
#pragma once

#include <random>

#include "placement/placement.hpp"

namespace mycostr::placement {

class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

inline NodeId node_id(std::uint32_t number) {
  NodeId id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[31 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

/// Reachable, half full, in a subnet of its own.
inline Candidate candidate(std::uint32_t number, std::string_view location = "DE") {
  return {.id = node_id(number),
          .location = parse_location(location),
          .subnet = std::to_string(number),
          .capacity = 1000_GiB,
          .free = 500_GiB,
          .reachable = true};
}

inline Request anywhere() {
  return {.self = node_id(UINT32_MAX), .areas = {}, .shard_size = 1_MiB};
}

}  // namespace mycostr::placement
