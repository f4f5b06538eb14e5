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

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

/// A standard normal deviate of a hash (Box and Muller).
double normal_of(std::uint64_t hash) {
  const double a = (double(hash >> 32) + 1) / 4294967297.0;
  const double b = double(hash & 0xffffffff) / 4294967296.0;
  return std::sqrt(-2 * std::log(a)) * std::cos(6.283185307179586 * b);
}

std::uint64_t checksum(const PublicKey& key, ByteView bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return mixed(std::hash<std::string_view>()(text) ^ read_be64(key.view().first(8)));
}

/// A public address of its own /24.
UdpAddress address_of(std::size_t number) {
  const auto n = number + (20U << 16);
  return {IpAddress::v4(static_cast<std::uint8_t>(20 + (number >> 16)), static_cast<std::uint8_t>(n >> 8),
                        static_cast<std::uint8_t>(n), 7),
          4081};
}

}  // namespace

DhtNode::DhtNode(DhtWorld& world, std::size_t number, UdpAddress address, dht::KademliaSettings settings)
    : world_(world), number_(number), address_(address), settings_(settings) {
  key_ = world.random().make<PublicKey>();
  id_ = crypto::node_id_of(key_);
}

void DhtNode::start() {
  dht_ = std::make_unique<dht::Kademlia>(world_.around(*this), id_, *this, settings_);
  world_.tick_at(*this);
}

void DhtNode::send(const UdpAddress& to, ByteView bytes) {
  bytes_out += bytes.size();
  if (is_behind_nat) spoken_to_.insert(to);
  world_.send_as(address_, to, Bytes(bytes.begin(), bytes.end()), number_);
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

DhtNode& DhtWorld::add(dht::KademliaSettings settings, std::optional<UdpAddress> address) {
  const auto number = nodes_.size();
  const auto where = address.value_or(address_of(number));
  nodes_.push_back(std::make_unique<DhtNode>(*this, number, where, settings));
  by_address_[where] = number;
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
  for (int i = 0; i < 3; ++i) {
    auto* other = random_up();
    if (other != nullptr && other != &node && !other->is_behind_nat) addresses.push_back(other->address());
  }
  node.dht().join(addresses);
  tick_at(node);
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

void DhtWorld::push(SteadyTime when, std::size_t node, std::size_t slot) {
  events_.push({when, sequence_++, node, slot});
}

void DhtWorld::later(Duration delay, std::function<void()> what) {
  std::size_t slot = jobs_.size();
  if (free_jobs_.empty()) {
    jobs_.push_back(std::move(what));
  } else {
    slot = free_jobs_.back();
    free_jobs_.pop_back();
    jobs_[slot] = std::move(what);
  }
  push(now_ + delay, SIZE_MAX, slot);
}

void DhtWorld::send_as(const UdpAddress& from, const UdpAddress& to, Bytes bytes, std::size_t sender) {
  ++datagrams;
  if (loss > 0 && double(random_.below(1'000'000)) < loss * 1e6) return;
  const auto at = by_address_.find(to);
  if (at == by_address_.end()) return;
  later(one_way(sender, at->second),
        [this, from, to, bytes = std::move(bytes), sender] { deliver(from, to, bytes, sender); });
}

void DhtWorld::deliver(UdpAddress from, UdpAddress to, const Bytes& bytes, std::size_t sender) {
  auto& node = *nodes_[by_address_.at(to)];
  if (!node.is_up() || (passes && !passes(sender, node.number()))) return;
  if (node.is_behind_nat && !node.spoken_to_.contains(from)) return;
  node.bytes_in += bytes.size();
  if (node.is_adversary && adversary) return adversary(node, from, bytes);
  node.dht().received(from, bytes);
  tick_at(node);
}

/// A node's earlier tick stays in the heap and finds nothing to do.
void DhtWorld::tick_at(DhtNode& node) {
  const auto due = std::max(now_, node.dht().next_due());
  if (due >= node.ticks_at_) return;
  node.ticks_at_ = due;
  push(due, node.number(), 0);
}

void DhtWorld::run_for(Duration duration) {
  const auto end = now_ + duration;
  while (!events_.empty() && events_.top().when <= end) {
    const auto event = events_.top();
    events_.pop();
    now_ = event.when;
    if (event.node == SIZE_MAX) {
      const auto job = std::move(jobs_[event.slot]);
      free_jobs_.push_back(event.slot);
      job();
      continue;
    }
    auto& node = *nodes_[event.node];
    if (event.when != node.ticks_at_) continue;
    node.ticks_at_ = SteadyTime::max();
    if (!node.is_up()) continue;
    node.dht().tick();
    tick_at(node);
  }
  now_ = end;
}

LookupReport measure_lookups(DhtWorld& world, std::size_t count, Duration between, dht::Effort effort) {
  LookupReport report;
  std::size_t ended = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto target = world.random().make<NodeId>();
    auto* node = world.random_up();
    const auto truth = world.truly_closest(target, dht::kBucketSize + 1);
    const auto began = world.now();
    const auto before = node->dht().counters().requests;
    node->dht().find_nodes(target, effort,
                           [&, node, truth, began, before](const std::vector<dht::Contact>& found) {
                             auto wanted = truth;
                             std::erase(wanted, node->id());
                             wanted.resize(std::min(wanted.size(), dht::kBucketSize));
                             std::size_t hits = 0;
                             for (const auto& contact : found)
                               hits += std::ranges::count(wanted, contact.id) > 0;
                             report.recall += double(hits) / double(wanted.size());
                             report.success += !found.empty() && found.front().id == wanted.front();
                             report.requests += double(node->dht().counters().requests - before);
                             report.seconds.push_back(to_seconds(world.now() - began));
                             ++ended;
                           });
    world.run_for(between);
  }
  world.run_for(std::chrono::seconds(30));
  std::ranges::sort(report.seconds);
  report.recall /= double(count);
  report.success /= double(count);
  report.requests /= double(count);
  return report;
}

}  // namespace mycostr::sim
