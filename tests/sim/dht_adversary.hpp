// Nodes that want lookups to fail: they answer everything in due form, and name only each other.
#pragma once

#include "sim/dht_world.hpp"

namespace mycostr::sim {

class DhtAdversary {
 public:
  /// Takes all adversary nodes of the world over. Outlives its run.
  explicit DhtAdversary(DhtWorld& world);
  DhtAdversary(const DhtAdversary&) = delete;
  DhtAdversary& operator=(const DhtAdversary&) = delete;

  /// Adds one node; with a target its key is searched until the id shares `bits` leading bits with it.
  DhtNode& add(std::optional<UdpAddress> address = std::nullopt);
  DhtNode& add_near(const NodeId& target, std::size_t bits, std::optional<UdpAddress> address = std::nullopt);
  /// All enter the network, as nodes do, and look around near the target.
  void join(const NodeId& target);
  std::uint64_t keys_tried() const { return keys_tried_; }

 private:
  void answer(DhtNode& node, const UdpAddress& from, ByteView bytes);
  wire::DatagramBody answer_to(const wire::DatagramBody& request) const;
  void enter(DhtNode& node, const NodeId& target);

  DhtWorld& world_;
  std::vector<DhtNode*> nodes_;
  std::uint64_t keys_tried_ = 0;
};

}  // namespace mycostr::sim
