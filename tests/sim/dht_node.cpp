#include "sim/dht_node.hpp"

#include "sim/dht_world.hpp"

namespace mycostr::sim {
namespace {

/// Of 10,000 nodes each may have 64 KiB; the daemon keeps more of them.
constexpr std::size_t kCookies = 128;

std::uint64_t checksum(const PublicKey& key, ByteView bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return mixed(std::hash<std::string_view>()(text) ^ read_be64(key.view().first(8)));
}

}  // namespace

DhtNode::DhtNode(DhtWorld& world, std::size_t number, UdpAddress address, dht::KademliaSettings settings)
    : world_(world), number_(number), address_(address), settings_(settings) {
  settings_.cookies = kCookies;
  take_key(world.random().make<PublicKey>());
}

void DhtNode::take_key(const PublicKey& key) {
  key_ = key;
  id_ = crypto::node_id_of(key_);
}

void DhtNode::start() {
  dht_ = std::make_unique<dht::Kademlia>(world_.around(*this), id_, *this, settings_);
  started = world_.now();
  ticks_at_ = SteadyTime::max();
  world_.tick_at(*this);
}

void DhtNode::send(const UdpAddress& to, ByteView bytes) {
  bytes_out += bytes.size();
  if (is_behind_nat) spoken_to_[to] = world_.now();
  world_.send_as(address_, to, bytes, number_);
}

Task<Result<std::vector<UdpAddress>>> DhtNode::resolve(Endpoint) {
  co_return fail(Errc::unreachable, "no names here");
}

Signature DhtNode::sign(ByteView bytes) {
  Signature out;
  const auto sum = checksum(key_, bytes);
  std::memcpy(out.bytes.data(), &sum, sizeof sum);
  return out;
}

bool DhtNode::verify(const PublicKey& key, ByteView bytes, const Signature& signature) {
  const auto sum = checksum(key, bytes);
  return std::memcmp(signature.bytes.data(), &sum, sizeof sum) == 0;
}

}  // namespace mycostr::sim
