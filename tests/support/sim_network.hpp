// The network between simulated nodes: where they are, how far apart, and what goes wrong on the way.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "mycostr/datagrams.hpp"
#include "mycostr/transport.hpp"
#include "support/power.hpp"
#include "support/seeded_random.hpp"
#include "support/trace.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::test {

class SimDatagrams;
class SimTransport;

/// Nodes are numbered in the order they were added. Loop thread only.
class SimNetwork {
 public:
  SimNetwork(boost::asio::io_context& loop, VirtualClock& clock, Trace& trace, std::uint64_t seed);
  ~SimNetwork();
  SimNetwork(const SimNetwork&) = delete;
  SimNetwork& operator=(const SimNetwork&) = delete;

  /// `power` outlives the network. Endpoints are distinct, and literal addresses, as datagrams have them.
  SimTransport& add(PeerIdentity identity, const Endpoint& endpoint, const Power& power);
  /// The other end that every node has.
  SimDatagrams& datagrams(std::size_t node) { return *datagrams_[node]; }

  /// In `per_mille` of cases something that is sent does not arrive.
  void set_loss(std::uint64_t per_mille) { loss_ = per_mille; }
  /// Nothing that `from` sends arrives at `to`.
  void block(std::size_t from, std::size_t to) { blocked_.insert({from, to}); }
  void unblock(std::size_t from, std::size_t to) { blocked_.erase({from, to}); }
  /// Everything to and from the node takes `factor` times as long, but moves all the time.
  void set_slowness(std::size_t node, unsigned factor) { slowness_[node] = factor; }
  /// At the endpoint of `node` another node answers from now on.
  void impersonate(std::size_t node, std::size_t by) { answers_at_[addresses_[node]] = by; }
  /// A datagram that says it comes from `from`, sent by somebody near its receiver.
  void send_forged(const UdpAddress& from, const UdpAddress& to, ByteView bytes);
  /// No loss, no partition, nobody slow, everybody at the own address.
  void heal();

  Trace& trace() { return trace_; }
  std::uint64_t calls() const { return calls_; }
  std::uint64_t datagrams_sent() const { return datagrams_sent_; }

 private:
  friend class SimDatagrams;
  friend class SimTransport;

  /// Nothing where nobody has ever been there.
  std::optional<std::size_t> at(const UdpAddress& address) const;
  SimTransport* at(const Endpoint& endpoint);
  void send_datagram(std::size_t sender, const UdpAddress& from, const UdpAddress& to, ByteView bytes);
  /// Whether what is sent now arrives.
  bool arrives(std::size_t from, std::size_t to);
  Duration one_way(std::size_t from, std::size_t to, std::size_t bytes);

  boost::asio::io_context& loop_;
  VirtualClock& clock_;
  Trace& trace_;
  SeededRandom random_;
  const std::uint64_t geography_;
  std::vector<std::unique_ptr<SimTransport>> nodes_;
  std::vector<std::unique_ptr<SimDatagrams>> datagrams_;
  std::vector<UdpAddress> addresses_;
  std::unordered_map<UdpAddress, std::size_t> answers_at_;
  std::set<std::pair<std::size_t, std::size_t>> blocked_;
  std::vector<unsigned> slowness_;
  std::uint64_t loss_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t datagrams_sent_ = 0;
};

}  // namespace mycostr::test
