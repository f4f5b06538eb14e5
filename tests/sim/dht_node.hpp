// One simulated node of the DHT: the clock's view, socket, signer and record that the daemon has adapters
// for. Signatures are checksums here; everything else is the daemon's own code.
#pragma once

#include <map>

#include "dht/kademlia.hpp"

namespace mycostr::sim {

class DhtWorld;

class DhtNode final : public Datagrams, public wire::DatagramSigner, public dht::OwnRecord {
 public:
  DhtNode(DhtWorld& world, std::size_t number, UdpAddress address, dht::KademliaSettings settings);

  void send(const UdpAddress& to, ByteView bytes) override;
  void serve(DatagramHandler&) override {}
  Task<Result<std::vector<UdpAddress>>> resolve(Endpoint) override;
  const PublicKey& key() const override { return key_; }
  Signature sign(ByteView bytes) override;
  bool verify(const PublicKey& key, ByteView bytes, const Signature& signature) override;
  Bytes current() override { return Bytes(300, 1); }
  std::uint64_t seq() override { return 1; }

  /// Its place in the world, whoever is there.
  std::size_t number() const { return number_; }
  const NodeId& id() const { return id_; }
  const UdpAddress& address() const { return address_; }
  dht::Kademlia& dht() { return *dht_; }
  bool is_up() const { return dht_ != nullptr; }
  void start();
  void stop() { dht_.reset(); }
  /// Another key, as an adversary that has searched for one. REQUIRES: not up
  void take_key(const PublicKey& key);

  bool is_behind_nat = false;  ///< hears only from addresses that it has written to of late
  bool is_adversary = false;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  SteadyTime started;

 private:
  friend class DhtWorld;
  DhtWorld& world_;
  const std::size_t number_;
  UdpAddress address_;
  dht::KademliaSettings settings_;
  PublicKey key_;
  NodeId id_;
  std::unique_ptr<dht::Kademlia> dht_;
  SteadyTime ticks_at_ = SteadyTime::max();
  std::map<UdpAddress, SteadyTime> spoken_to_;
};

}  // namespace mycostr::sim
