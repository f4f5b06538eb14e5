#include "sim/dht_adversary.hpp"

#include <algorithm>

#include "dht/distance.hpp"

namespace mycostr::sim {

DhtAdversary::DhtAdversary(DhtWorld& world) : world_(world) {
  world_.adversary = [this](DhtNode& node, const UdpAddress& from, ByteView bytes) {
    answer(node, from, bytes);
  };
}

DhtNode& DhtAdversary::add(std::optional<UdpAddress> address) {
  auto& node = world_.add({}, address);
  node.is_adversary = true;
  nodes_.push_back(&node);
  return node;
}

DhtNode& DhtAdversary::add_near(const NodeId& target, std::size_t bits, std::optional<UdpAddress> address) {
  auto& node = add(address);
  do {
    node.take_key(world_.random().make<PublicKey>());
    ++keys_tried_;
  } while (dht::common_prefix(node.id(), target) < bits);
  return node;
}

/// By the shipped node's own code: honest until it is in, as far as others can see.
void DhtAdversary::join(const NodeId& target) {
  const auto lie = std::exchange(world_.adversary, nullptr);
  for (auto* node : nodes_) {
    if (node->is_up()) continue;
    node->start();
    enter(*node, target);
    world_.run_for(std::chrono::milliseconds(100));
  }
  world_.run_for(std::chrono::seconds(30));
  world_.adversary = lie;
}

void DhtAdversary::enter(DhtNode& node, const NodeId& target) {
  world_.join(node);
  world_.later(std::chrono::seconds(5), [&node, target] {
    node.dht().find_nodes(target, dht::Effort::disjoint_paths, [](const std::vector<dht::Contact>&) {});
  });
}

void DhtAdversary::answer(DhtNode& node, const UdpAddress& from, ByteView bytes) {
  const auto got = wire::decode_datagram(bytes);
  // Replies, and what is needed to be known: the node goes on as the shipped one does.
  if (!got || wire::is_reply(got->datagram.body)) return node.dht().received(from, bytes);
  wire::Datagram reply;
  reply.body = answer_to(got->datagram.body);
  reply.is_server = true;
  reply.transaction = got->datagram.transaction;
  reply.network = got->datagram.network;
  reply.observed = from;
  node.send(from, wire::encode_datagram(reply, node));
}

wire::DatagramBody DhtAdversary::answer_to(const wire::DatagramBody& request) const {
  const auto* find = std::get_if<wire::FindNodes>(&request);
  const auto* get = std::get_if<wire::GetValue>(&request);
  if (find == nullptr && get == nullptr) return wire::Done{};
  const auto& target = find != nullptr ? find->target : get->key;
  std::vector<wire::Contact> contacts;
  for (const auto* node : nodes_) contacts.push_back({node->id(), node->address()});
  const auto count = std::min(contacts.size(), wire::kMaxContactsPerReply);
  std::ranges::partial_sort(contacts, contacts.begin() + static_cast<std::ptrdiff_t>(count),
                            dht::CloserTo{target}, &wire::Contact::id);
  contacts.resize(count);
  return wire::Nodes{std::move(contacts)};
}

}  // namespace mycostr::sim
