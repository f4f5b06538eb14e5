// The network between simulated nodes: where they are, how far apart, and what goes wrong on the way.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "mycostr/clock.hpp"
#include "mycostr/transport.hpp"
#include "support/power.hpp"
#include "support/seeded_random.hpp"
#include "support/trace.hpp"

namespace mycostr::test {

class SimTransport;

/// Nodes are numbered in the order they were added. Loop thread only.
class SimNetwork {
 public:
  SimNetwork(boost::asio::io_context& loop, Clock& clock, Trace& trace, std::uint64_t seed);
  ~SimNetwork();
  SimNetwork(const SimNetwork&) = delete;
  SimNetwork& operator=(const SimNetwork&) = delete;

  /// `power` outlives the network. Endpoints are distinct.
  SimTransport& add(PeerIdentity identity, Endpoint endpoint, const Power& power);

  /// In `per_mille` of cases something that is sent does not arrive.
  void set_loss(std::uint64_t per_mille) { loss_ = per_mille; }
  /// Nothing that `from` sends arrives at `to`.
  void block(std::size_t from, std::size_t to) { blocked_.insert({from, to}); }
  void unblock(std::size_t from, std::size_t to) { blocked_.erase({from, to}); }
  /// Everything to and from the node takes `factor` times as long, but moves all the time.
  void set_slowness(std::size_t node, unsigned factor) { slowness_[node] = factor; }
  /// At the endpoint of `node` another node answers from now on.
  void impersonate(std::size_t node, std::size_t by) { answers_at_[endpoints_[node]] = by; }
  /// No loss, no partition, nobody slow, everybody at the own address.
  void heal();

  Trace& trace() { return trace_; }
  std::uint64_t calls() const { return calls_; }

 private:
  friend class SimTransport;

  /// Nothing where nobody has ever been there.
  SimTransport* at(const Endpoint& endpoint);
  /// Whether what is sent now arrives.
  bool arrives(std::size_t from, std::size_t to);
  Duration one_way(std::size_t from, std::size_t to, std::size_t bytes);

  boost::asio::io_context& loop_;
  Clock& clock_;
  Trace& trace_;
  SeededRandom random_;
  const std::uint64_t geography_;
  std::vector<std::unique_ptr<SimTransport>> nodes_;
  std::vector<Endpoint> endpoints_;
  std::map<Endpoint, std::size_t> answers_at_;
  std::set<std::pair<std::size_t, std::size_t>> blocked_;
  std::vector<unsigned> slowness_;
  std::uint64_t loss_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace mycostr::test
