// Thousands of the shipped DHT nodes on one virtual clock. No coroutine, no loop: a heap of events, so that
// ten thousand nodes and a virtual day fit into minutes. Signatures are checksums here; everything else is
// the daemon's own code. One seed, one history.
#pragma once

#include <deque>
#include <functional>
#include <queue>
#include <set>

#include "dht/kademlia.hpp"
#include "support/seeded_random.hpp"

namespace mycostr::sim {

class DhtWorld;

/// One node's clock, socket, signer and record: what the daemon has adapters for.
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

  std::size_t number() const { return number_; }
  const NodeId& id() const { return id_; }
  const UdpAddress& address() const { return address_; }
  dht::Kademlia& dht() { return *dht_; }
  bool is_up() const { return dht_ != nullptr; }
  void start();
  void stop() { dht_.reset(); }

  bool is_behind_nat = false;  ///< hears only from addresses that it has spoken to
  bool is_adversary = false;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;

 private:
  friend class DhtWorld;
  DhtWorld& world_;
  const std::size_t number_;
  const UdpAddress address_;
  const dht::KademliaSettings settings_;
  PublicKey key_;
  NodeId id_;
  std::unique_ptr<dht::Kademlia> dht_;
  SteadyTime ticks_at_ = SteadyTime::max();
  std::set<UdpAddress> spoken_to_;
};

class DhtWorld final : public Clock {
 public:
  explicit DhtWorld(std::uint64_t seed);

  SteadyTime now() const override { return now_; }
  WallTime wall_now() const override;
  Task<> sleep_for(Duration) override;

  /// Nodes lie in subnets of their own, unless an address is given.
  DhtNode& add(dht::KademliaSettings settings = {}, std::optional<UdpAddress> address = std::nullopt);
  DhtNode& node(std::size_t number) { return *nodes_[number]; }
  std::size_t size() const { return nodes_.size(); }
  /// Starts `count` nodes that enter one after the other, by random ones that are up.
  void grow(std::size_t count, Duration between, dht::KademliaSettings settings = {});
  void join(DhtNode& node);
  void run_for(Duration duration);
  /// At a time from now.
  void later(Duration delay, std::function<void()> what);
  DhtNode* random_up();
  /// The `count` nodes that are up, can be reached and are honest, closest to `target`.
  std::vector<NodeId> truly_closest(const NodeId& target, std::size_t count);

  /// Comes from where it says it comes from, true or not.
  void send_as(const UdpAddress& from, const UdpAddress& to, Bytes bytes, std::size_t sender);
  test::SeededRandom& random() { return random_; }
  dht::Surroundings around(DhtNode& node);

  double loss = 0;
  /// Says whether something gets through, by the numbers of the nodes.
  std::function<bool(std::size_t from, std::size_t to)> passes = nullptr;
  /// What an adversary does with a datagram instead of a node's work.
  std::function<void(DhtNode& node, const UdpAddress& from, ByteView bytes)> adversary = nullptr;
  std::uint64_t datagrams = 0;

 private:
  friend class DhtNode;
  struct Event {
    SteadyTime when;
    std::uint64_t sequence;
    std::size_t node;  ///< of a tick; SIZE_MAX: something else
    std::size_t slot;  ///< of what is to be done
    bool operator>(const Event& other) const {
      return std::tie(when, sequence) > std::tie(other.when, other.sequence);
    }
  };
  void deliver(UdpAddress from, UdpAddress to, const Bytes& bytes, std::size_t sender);
  void tick_at(DhtNode& node);
  Duration one_way(std::size_t a, std::size_t b);
  void push(SteadyTime when, std::size_t node, std::size_t slot);

  test::SeededRandom random_;
  std::uint64_t geography_;
  SteadyTime now_{};
  std::uint64_t sequence_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::size_t> free_jobs_;
  std::vector<std::unique_ptr<DhtNode>> nodes_;
  std::unordered_map<UdpAddress, std::size_t> by_address_;
};

/// What a number of lookups came to.
struct LookupReport {
  std::vector<double> seconds;  ///< sorted
  double recall = 0;            ///< of the true closest, found
  double requests = 0;          ///< of each
  double success = 0;           ///< share that found the very closest node
  double median() const { return seconds.empty() ? 0 : seconds[seconds.size() / 2]; }
  double percentile(double p) const {
    return seconds[static_cast<std::size_t>(p * double(seconds.size() - 1))];
  }
};
/// `count` lookups of random ids from random nodes, one after the other, `between` apart.
LookupReport measure_lookups(DhtWorld& world, std::size_t count, Duration between,
                             dht::Effort effort = dht::Effort::one_path);

}  // namespace mycostr::sim
