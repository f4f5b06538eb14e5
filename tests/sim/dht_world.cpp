#include "sim/dht_world.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "dht/distance.hpp"

namespace mycostr::sim {
namespace {

constexpr double kMedianRtt = 0.080;  // lognormal, as measured between hosts of the internet
constexpr double kSigma = 0.5;
constexpr double kJitter = 0.1;
constexpr auto kNatMapping = std::chrono::minutes(2);  // RFC 4787, REQ-5: no less
constexpr std::uint32_t kFirstSubnet = 20U << 16;      // 20.0.0.0/24
constexpr std::uint32_t kSubnets = 80U << 16;

/// A standard normal deviate of a hash (Box and Muller).
double normal_of(std::uint64_t hash) {
  const double a = (double(hash >> 32) + 1) / 4294967297.0;
  const double b = double(hash & 0xffffffff) / 4294967296.0;
  return std::sqrt(-2 * std::log(a)) * std::cos(6.283185307179586 * b);
}

}  // namespace

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

template <class T>
std::uint32_t DhtWorld::Slots<T>::take() {
  if (free.empty()) {
    items.emplace_back();
    return static_cast<std::uint32_t>(items.size() - 1);
  }
  const auto slot = free.back();
  free.pop_back();
  return slot;
}

DhtWorld::DhtWorld(std::uint64_t seed) : random_(seed), geography_(random_.below(UINT64_MAX)) {}

WallTime DhtWorld::wall_now() const {
  return from_unix_ms(1'767'225'600'000) +
         std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch());
}

Task<> DhtWorld::sleep_for(Duration) {
  throw std::logic_error("nobody sleeps here");
  co_return;
}

dht::Surroundings DhtWorld::around(DhtNode& node) {
  return {*this, random_, node, node, wire::network_tag("simulation")};
}

UdpAddress DhtWorld::next_address(std::size_t node) {
  const auto n = kFirstSubnet + static_cast<std::uint32_t>(by_subnet_.size());
  if (by_subnet_.size() >= kSubnets) throw std::logic_error("no subnet is left");
  by_subnet_.push_back(static_cast<std::uint32_t>(node));
  return {IpAddress::v4(static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8),
                        static_cast<std::uint8_t>(n), 7),
          4081};
}

std::optional<std::uint32_t> DhtWorld::node_at(const UdpAddress& address) const {
  const auto& ip = address.ip.bytes;
  const auto n = (std::uint32_t(ip[12]) << 16 | std::uint32_t(ip[13]) << 8 | ip[14]) - kFirstSubnet;
  std::optional<std::uint32_t> found;
  if (n < by_subnet_.size()) {
    found = by_subnet_[n];
  } else if (const auto at = elsewhere_.find(address); at != elsewhere_.end()) {
    found = at->second;
  }
  // It may have gone, and another come in its place.
  if (found && nodes_[*found]->address() != address) found.reset();
  return found;
}

DhtNode& DhtWorld::add(dht::KademliaSettings settings, std::optional<UdpAddress> address) {
  const auto number = nodes_.size();
  if (address) elsewhere_[*address] = static_cast<std::uint32_t>(number);
  const auto where = address ? *address : next_address(number);
  nodes_.push_back(std::make_unique<DhtNode>(*this, number, where, settings));
  return *nodes_.back();
}

void DhtWorld::grow(std::size_t count, Duration between, dht::KademliaSettings settings) {
  for (std::size_t i = 0; i < count; ++i) {
    auto& node = add(settings);
    node.start();
    join(node);
    run_for(between);
  }
}

void DhtWorld::join(DhtNode& node) {
  std::vector<UdpAddress> addresses;
  // Who picks hidden ones only would never enter: a bootstrap list names nodes that can be reached.
  for (int tries = 0; tries < 100 && addresses.size() < 3; ++tries) {
    auto* other = random_up();
    if (other != nullptr && other != &node && !other->is_behind_nat) addresses.push_back(other->address());
  }
  node.dht().join(addresses);
  tick_at(node);
}

void DhtWorld::replace(DhtNode& node) {
  node.stop();
  node.address_ = next_address(node.number());
  node.spoken_to_.clear();
  node.take_key(random_.make<PublicKey>());
  node.start();
  join(node);
}

DhtNode* DhtWorld::random_up() {
  for (int tries = 0; tries < 1000; ++tries) {
    auto& node = *nodes_[random_.below(nodes_.size())];
    if (node.is_up() && !node.is_adversary) return &node;
  }
  return nullptr;
}

std::vector<NodeId> DhtWorld::truly_closest(const NodeId& target, std::size_t count) {
  std::vector<NodeId> ids;
  for (const auto& node : nodes_) {
    if (node->is_up() && !node->is_behind_nat && !node->is_adversary) ids.push_back(node->id());
  }
  count = std::min(count, ids.size());
  std::ranges::partial_sort(ids, ids.begin() + static_cast<std::ptrdiff_t>(count), dht::CloserTo{target});
  ids.resize(count);
  return ids;
}

Duration DhtWorld::one_way(std::size_t a, std::size_t b) {
  const auto pair = mixed(geography_ ^ mixed(std::min(a, b)) ^ (mixed(std::max(a, b)) << 1));
  const auto rtt = kMedianRtt * std::exp(kSigma * normal_of(pair));
  const auto jitter = 1 + kJitter * double(random_.below(1000)) / 1000;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(rtt / 2 * jitter));
}

void DhtWorld::push(SteadyTime when, EventKind kind, std::size_t index) {
  events_.push({when, sequence_++, kind, static_cast<std::uint32_t>(index)});
}

void DhtWorld::later(Duration delay, std::function<void()> what) {
  const auto slot = jobs_.take();
  jobs_.items[slot] = std::move(what);
  push(now_ + delay, EventKind::job, slot);
}

void DhtWorld::send_as(const UdpAddress& from, const UdpAddress& to, ByteView bytes, std::size_t sender) {
  ++datagrams;
  if (loss > 0 && double(random_.below(1'000'000)) < loss * 1e6) return;
  const auto receiver = node_at(to);
  if (!receiver || (passes && !passes(sender, *receiver))) return;
  const auto slot = flights_.take();
  auto& flight = flights_.items[slot];
  flight.from = from;
  flight.sender = static_cast<std::uint32_t>(sender);
  flight.receiver = *receiver;
  flight.bytes.assign(bytes.begin(), bytes.end());
  push(now_ + one_way(sender, *receiver), EventKind::datagram, slot);
}

void DhtWorld::deliver(const Flight& flight) {
  auto& node = *nodes_[flight.receiver];
  if (!node.is_up()) return;
  if (node.is_behind_nat) {
    const auto mapping = node.spoken_to_.find(flight.from);
    if (mapping == node.spoken_to_.end() || now_ - mapping->second > kNatMapping) return;
  }
  const std::string_view text(reinterpret_cast<const char*>(flight.bytes.data()), flight.bytes.size());
  digest = mixed(digest ^ static_cast<std::uint64_t>(now_.time_since_epoch().count())) +
           mixed(std::hash<std::string_view>()(text) ^ flight.receiver);
  node.bytes_in += flight.bytes.size();
  if (node.is_adversary && adversary) return adversary(node, flight.from, flight.bytes);
  node.dht().received(flight.from, flight.bytes);
  tick_at(node);
}

/// A node's earlier tick stays in the heap and finds nothing to do.
void DhtWorld::tick_at(DhtNode& node) {
  const auto due = std::max(now_, node.dht().next_due());
  if (due >= node.ticks_at_) return;
  node.ticks_at_ = due;
  push(due, EventKind::tick, node.number());
}

void DhtWorld::tick(DhtNode& node, SteadyTime when) {
  if (when != node.ticks_at_) return;
  node.ticks_at_ = SteadyTime::max();
  if (!node.is_up()) return;
  node.dht().tick();
  tick_at(node);
}

void DhtWorld::happen(const Event& event) {
  switch (event.kind) {
    case EventKind::tick:
      return tick(*nodes_[event.index], event.when);
    case EventKind::datagram:
      deliver(flights_.items[event.index]);
      return flights_.free.push_back(event.index);
    case EventKind::job: {
      const auto job = std::move(jobs_.items[event.index]);
      jobs_.free.push_back(event.index);
      return job();
    }
  }
}

void DhtWorld::run_for(Duration duration) {
  const auto end = now_ + duration;
  while (!events_.empty() && events_.top().when <= end) {
    const auto event = events_.top();
    events_.pop();
    now_ = event.when;
    happen(event);
  }
  now_ = end;
}

}  // namespace mycostr::sim
