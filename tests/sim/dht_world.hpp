// Thousands of the shipped DHT nodes on one virtual clock. No coroutine, no loop: a heap of events, so that
// ten thousand nodes and virtual hours fit into minutes. One seed, one history.
#pragma once

#include <deque>
#include <functional>
#include <queue>

#include "sim/dht_node.hpp"
#include "support/seeded_random.hpp"

namespace mycostr::sim {

/// The finalizer of MurmurHash3.
std::uint64_t mixed(std::uint64_t x);

class DhtWorld final : public Clock {
 public:
  explicit DhtWorld(std::uint64_t seed);

  SteadyTime now() const override { return now_; }
  WallTime wall_now() const override;
  Task<> sleep_for(Duration) override;

  /// Nodes lie in subnets of their own, unless an address (outside 20.0.0.0 to 99.255.255.255) is given.
  DhtNode& add(dht::KademliaSettings settings = {}, std::optional<UdpAddress> address = std::nullopt);
  DhtNode& node(std::size_t number) { return *nodes_[number]; }
  std::size_t size() const { return nodes_.size(); }
  /// Starts `count` nodes that enter one after the other, by random ones that are up.
  void grow(std::size_t count, Duration between, dht::KademliaSettings settings = {});
  void join(DhtNode& node);
  /// Another node instead of this one, with its own key and address: it starts and joins.
  void replace(DhtNode& node);
  void run_for(Duration duration);
  /// At a time from now.
  void later(Duration delay, std::function<void()> what);
  /// An honest node that is up.
  DhtNode* random_up();
  /// The `count` nodes that are up, can be reached and are honest, closest to `target`.
  std::vector<NodeId> truly_closest(const NodeId& target, std::size_t count);

  /// Comes from where it says it comes from, true or not.
  void send_as(const UdpAddress& from, const UdpAddress& to, ByteView bytes, std::size_t sender);
  test::SeededRandom& random() { return random_; }
  dht::Surroundings around(DhtNode& node);
  void tick_at(DhtNode& node);

  double loss = 0;
  /// Says whether something gets through, by the numbers of the nodes.
  std::function<bool(std::size_t from, std::size_t to)> passes = nullptr;
  /// What an adversary does with a datagram instead of a node's work.
  std::function<void(DhtNode& node, const UdpAddress& from, ByteView bytes)> adversary = nullptr;
  std::uint64_t datagrams = 0;  ///< sent
  std::uint64_t digest = 0;     ///< of when, where and what was delivered so far

 private:
  enum class EventKind : std::uint8_t { tick, datagram, job };
  struct Event {
    SteadyTime when;
    std::uint64_t sequence;
    EventKind kind;
    std::uint32_t index;  ///< of the node, the datagram or the job
    bool operator>(const Event& other) const {
      return when != other.when ? when > other.when : sequence > other.sequence;
    }
  };
  /// A datagram on its way.
  struct Flight {
    UdpAddress from;
    std::uint32_t sender;
    std::uint32_t receiver;
    Bytes bytes;
  };
  /// Things that wait for their time; places are used again, and so is the memory of their bytes.
  template <class T>
  struct Slots {
    std::deque<T> items;
    std::vector<std::uint32_t> free;
    std::uint32_t take();
  };

  std::optional<std::uint32_t> node_at(const UdpAddress& address) const;
  UdpAddress next_address(std::size_t node);
  void deliver(const Flight& flight);
  void tick(DhtNode& node, SteadyTime when);
  void happen(const Event& event);
  Duration one_way(std::size_t a, std::size_t b);
  void push(SteadyTime when, EventKind kind, std::size_t index);

  test::SeededRandom random_;
  std::uint64_t geography_;
  SteadyTime now_{};
  std::uint64_t sequence_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  Slots<Flight> flights_;
  Slots<std::function<void()>> jobs_;
  std::vector<std::unique_ptr<DhtNode>> nodes_;
  std::vector<std::uint32_t> by_subnet_;  ///< the node that has or had the n-th subnet
  std::unordered_map<UdpAddress, std::uint32_t> elsewhere_;
};

}  // namespace mycostr::sim
