// Bounds of the calls between nodes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace mycostr::net {

struct PeerLimits {
  // Calls of other nodes to this one.
  std::size_t max_incoming = 1024;            ///< connections; more are closed
  std::size_t max_incoming_per_source = 128;  ///< IPv4 address or IPv6 /64
  std::uint64_t incoming_memory = 256 << 20;  ///< bytes of messages and bodies, half of it for answers
  Duration handshake = std::chrono::seconds(10);
  Duration stall = std::chrono::seconds(15);  ///< for a whole header; without a byte moving
  /// Bytes a second of a message or body, on the average and with `stall` to begin: who brings less holds
  /// memory that others wait for. A line of 1 Mbit/s on which 8 shards travel gives each of them a quarter
  /// more.
  std::uint64_t least_rate = 12 << 10;
  Duration request = std::chrono::seconds(300);  ///< from a call's head to its answer's end
  Duration incoming_idle =
      std::chrono::seconds(90);  ///< longer than `outgoing_idle`: the caller closes first

  // Calls of this node to others.
  std::size_t max_calls = 1024;         ///< at once; more wait their turn
  std::size_t max_calls_per_peer = 16;  ///< likewise
  std::size_t max_idle_per_peer = 8;    ///< connections kept for later
  std::size_t max_idle = 256;           ///< to all peers together
  Duration outgoing_idle = std::chrono::seconds(60);
};

}  // namespace mycostr::net
