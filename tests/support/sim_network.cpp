#include "support/sim_network.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

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

SimNetwork::SimNetwork(boost::asio::io_context& loop, Clock& clock, Trace& trace, std::uint64_t seed)
    : loop_(loop), clock_(clock), trace_(trace), random_(seed), geography_(mixed(seed)) {}

SimNetwork::~SimNetwork() = default;

SimTransport& SimNetwork::add(PeerIdentity identity, Endpoint endpoint, const Power& power) {
  const auto number = nodes_.size();
  if (!answers_at_.emplace(endpoint, number).second) throw std::logic_error("two nodes at one endpoint");
  nodes_.push_back(std::make_unique<SimTransport>(*this, number, identity, power));
  endpoints_.push_back(std::move(endpoint));
  slowness_.push_back(1);
  return *nodes_.back();
}

void SimNetwork::heal() {
  loss_ = 0;
  blocked_.clear();
  std::ranges::fill(slowness_, 1u);
  for (std::size_t i = 0; i < endpoints_.size(); ++i) answers_at_[endpoints_[i]] = i;
}

SimTransport* SimNetwork::at(const Endpoint& endpoint) {
  const auto found = answers_at_.find(endpoint);
  return found == answers_at_.end() ? nullptr : nodes_[found->second].get();
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
