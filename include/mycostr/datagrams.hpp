// Port: datagrams between nodes, unreliable and unordered. The daemon's: UDP on the peer address's port; the
// simulator's: messages with latency, loss, partitions and forged senders.
#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "base/endpoint.hpp"
#include "base/error.hpp"
#include "base/ip_address.hpp"
#include "base/task.hpp"

namespace mycostr {

/// Loop thread only.
class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  /// `from` is what the packet says: anybody can write anything there. `bytes` (up to kMaxDatagram; longer
  /// ones are dropped before) are valid during the call.
  virtual void received(const UdpAddress& from, ByteView bytes) = 0;
};

/// Loop thread only.
class Datagrams {
 public:
  virtual ~Datagrams() = default;
  /// Copies the bytes (up to kMaxDatagram), returns at once. What cannot be sent now is lost, as on the way.
  virtual void send(const UdpAddress& to, ByteView bytes) = 0;
  /// From now on what arrives goes to `handler`, which outlives the serving.
  virtual void serve(DatagramHandler& handler) = 0;
  /// The addresses of a host name; those of a literal one without a look-up. Errors: unreachable.
  virtual Task<Result<std::vector<UdpAddress>>> resolve(Endpoint endpoint) = 0;
};

}  // namespace mycostr
