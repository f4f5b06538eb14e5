// One node's end of the simulated network, for datagrams.
#pragma once

#include "support/sim_network.hpp"

namespace mycostr::test {

/// What is sent is lost, late or out of order, as the network's rules have it; what arrives where nobody is,
/// or where the power is off, is lost too. Loop thread only.
class SimDatagrams final : public Datagrams {
 public:
  SimDatagrams(SimNetwork& network, std::size_t number, const Power& power)
      : network_(network), number_(number), power_(power) {}

  /// REQUIRES: bytes.size() <= kMaxDatagram
  void send(const UdpAddress& to, ByteView bytes) override;
  /// Until this life of the machine ends: `handler` may go with it. REQUIRES: the power is on
  void serve(DatagramHandler& handler) override;
  /// Literal addresses only: there are no names here.
  Task<Result<std::vector<UdpAddress>>> resolve(Endpoint endpoint) override;

  UdpAddress address() const { return network_.addresses_[number_]; }

 private:
  friend class SimNetwork;
  void deliver(const UdpAddress& from, ByteView bytes);

  SimNetwork& network_;
  const std::size_t number_;
  const Power& power_;
  DatagramHandler* handler_ = nullptr;
  std::uint64_t served_life_ = 0;
};

}  // namespace mycostr::test
