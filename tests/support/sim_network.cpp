#include "support/sim_network.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "support/sim_datagrams.hpp"
#include "support/sim_transport.hpp"

namespace mycostr::test {
namespace {

/// One-way times between two nodes in milliseconds: about what measured Internet paths are, near ones to far
/// ones.
constexpr std::array<unsigned, 16> kPaths{1, 3, 5, 8, 12, 16, 20, 25, 32, 40, 48, 56, 70, 85, 110, 160};
constexpr std::uint64_t kNanosecondsPerByte = 100;  // 10 MB/s

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

SimNetwork::SimNetwork(boost::asio::io_context& loop, VirtualClock& clock, Trace& trace, std::uint64_t seed)
    : loop_(loop), clock_(clock), trace_(trace), random_(seed), geography_(mixed(seed)) {}

SimNetwork::~SimNetwork() = default;

SimTransport& SimNetwork::add(PeerIdentity identity, const Endpoint& endpoint, const Power& power) {
  const auto number = nodes_.size();
  const auto address = to_udp(endpoint);
  if (!address) throw std::logic_error("a simulated node is at a literal address");
  if (!answers_at_.emplace(*address, number).second) throw std::logic_error("two nodes at one endpoint");
  nodes_.push_back(std::make_unique<SimTransport>(*this, number, identity, power));
  datagrams_.push_back(std::make_unique<SimDatagrams>(*this, number, power));
  addresses_.push_back(*address);
  slowness_.push_back(1);
  return *nodes_.back();
}

void SimNetwork::heal() {
  loss_ = 0;
  blocked_.clear();
  std::ranges::fill(slowness_, 1u);
  for (std::size_t i = 0; i < addresses_.size(); ++i) answers_at_[addresses_[i]] = i;
}

std::optional<std::size_t> SimNetwork::at(const UdpAddress& address) const {
  const auto found = answers_at_.find(address);
  if (found == answers_at_.end()) return std::nullopt;
  return found->second;
}

SimTransport* SimNetwork::at(const Endpoint& endpoint) {
  const auto address = to_udp(endpoint);
  const auto number = address ? at(*address) : std::nullopt;
  return number ? nodes_[*number].get() : nullptr;
}

void SimNetwork::send_datagram(std::size_t sender, const UdpAddress& from, const UdpAddress& to,
                               ByteView bytes) {
  if (bytes.size() > kMaxDatagram) throw std::logic_error("a datagram over the limit");
  ++datagrams_sent_;
  const auto receiver = at(to);
  if (!receiver || !arrives(sender, *receiver)) return;
  auto deliver = [&end = *datagrams_[*receiver], from, copy = Bytes(bytes.begin(), bytes.end())] {
    end.deliver(from, copy);
  };
  clock_.call_at(clock_.now() + one_way(sender, *receiver, bytes.size()), std::move(deliver));
}

void SimNetwork::send_forged(const UdpAddress& from, const UdpAddress& to, ByteView bytes) {
  if (const auto receiver = at(to)) send_datagram(*receiver, from, to, bytes);
}

bool SimNetwork::arrives(std::size_t from, std::size_t to) {
  if (blocked_.contains({from, to})) return false;
  return loss_ == 0 || !random_.chance(loss_, 1000);
}

Duration SimNetwork::one_way(std::size_t from, std::size_t to, std::size_t bytes) {
  const auto pair = std::min(from, to) * nodes_.size() + std::max(from, to);
  const auto path = kPaths[mixed(geography_ ^ mixed(pair)) % kPaths.size()];
  const std::uint64_t shortest = path * 1'000'000ULL;
  // Queues on the way: mostly short ones, now and then a long one.
  const auto waiting = random_.below(shortest * (random_.chance(1, 50) ? 10 : 1) / 2 + 1);
  const auto slowness = std::max(slowness_[from], slowness_[to]);
  return Duration((shortest + waiting + bytes * kNanosecondsPerByte) * slowness);
}

}  // namespace mycostr::test
