// One node of the DHT: finds nodes and owners, answers others, keeps its routing table true. Driven from
// outside by datagrams and ticks. No Asio; loop thread only. References outlive it.
//
// Kademlia (Maymounkov and Mazieres, 2002) with the defences of S/Kademlia (2007), and the table policies of
// libtorrent and go-libp2p; docs/adr/0009-dht.md says what was taken from whom, and why.
#pragma once

#include <map>
#include <memory>

#include "dht/lookup.hpp"
#include "dht/reachability.hpp"
#include "dht/responder.hpp"

namespace mycostr::dht {

struct KademliaSettings {
  TableLimits table;
  std::size_t parallel = 5;
  std::size_t disjoint_paths = 4;                  ///< of lookups that write, or join
  Duration refresh = std::chrono::minutes(60);     ///< of a bucket that no lookup has touched
  Duration check_every = std::chrono::seconds(5);  ///< at most one node is checked so often
  /// Of other nodes. Who has more partners than that is a stranger to some again and again.
  std::size_t cookies = 4096;
  Duration reachability_check = std::chrono::minutes(20);
};

/// A node that lives at an address, by its own signed word.
struct Sighting {
  Contact contact;
  bool is_server = false;
  std::uint64_t record_seq = 0;
  std::optional<Duration> rtt;
};

/// How hard an attacker should find it to lead a lookup astray.
enum class Effort { one_path, disjoint_paths };

class Kademlia final : public DatagramHandler {
 public:
  using Found = std::move_only_function<void(std::vector<Contact>)>;
  using FoundValue = std::move_only_function<void(std::optional<Bytes>)>;
  using Stored = std::move_only_function<void(std::size_t)>;
  using Answered = std::move_only_function<void(std::optional<Contact>)>;
  using GotRecord = std::move_only_function<void(std::optional<Bytes>)>;

  Kademlia(Surroundings around, NodeId self, OwnRecord& record, KademliaSettings settings);

  void received(const UdpAddress& from, ByteView bytes) override;
  /// Does what is due.
  void tick();
  /// When to call tick() next.
  SteadyTime next_due() const;

  /// The closest nodes to an id that answer, closest first.
  void find_nodes(const NodeId& target, Effort effort, Found done);
  /// The newest pointer of an owner, not expired.
  void find_value(const NodeId& owner, FoundValue done);
  /// Stores an owner pointer at nodes close to its owner, some of each disjoint path; tells how many took it.
  void publish(const NodeId& owner, Bytes value, Stored done);
  /// Whoever answers at an address.
  void ping(const UdpAddress& address, Answered done);
  /// Asks whether a node still lives: on_alive or on_silent tell.
  void probe(const Contact& contact);
  /// Tells a node that the own record is a newer one. On its answer it is told again, then with its cookie:
  /// from whom it has no proof of the address it fetches nothing.
  void announce_to(const Contact& contact);
  /// A node's own record, from itself; not checked yet.
  void get_record(const Contact& contact, GotRecord done);
  /// Enters the network by the nodes at these addresses: nothing where none of them answers.
  void join(const std::vector<UdpAddress>& addresses);

  /// What others name may be anything: a private address is asked only by who is in a private network itself.
  bool may_ask(const UdpAddress& address) const;

  const RoutingTable& table() const { return table_; }
  const Reachability& reachability() const { return reachability_; }
  /// The own address as most of the last nodes saw it.
  std::optional<UdpAddress> observed() const;
  struct Counters {
    std::uint64_t requests = 0;  ///< sent, without repeats
    std::uint64_t lookups = 0;
  };
  const Counters& counters() const { return counters_; }

  /// A node has proven that it lives at its address.
  std::move_only_function<void(const Sighting&)> on_alive;
  /// A node that was probed did not answer, or one that seems to have moved did not where it was.
  std::move_only_function<void(const NodeId&)> on_silent;
  /// Where a node that is not in the table answers, by what else is known; nothing where it does no more.
  std::function<std::optional<UdpAddress>(const NodeId&)> known_at;

 private:
  /// With the values that came.
  using Ended = std::move_only_function<void(const Lookup&, std::vector<Bytes>&)>;
  struct Running {
    std::unique_ptr<Lookup> lookup;
    bool wants_value = false;
    std::vector<Bytes> values;
    Ended done;
  };
  using LookupId = std::uint64_t;
  struct Publication;

  void start_lookup(const NodeId& target, Effort effort, bool wants_value, Ended done);
  void begin_lookup(const NodeId& target, const LookupSettings& settings, const std::vector<Contact>& start,
                    bool wants_value, Ended done);
  void advance(LookupId id);
  void ask(LookupId id, const Contact& contact, Running& running);
  void lookup_answered(LookupId id, const Reply& reply);
  void call(const UdpAddress& to, std::optional<NodeId> id, wire::DatagramBody body, std::size_t reply_size,
            Calls::Handlers handlers);
  void put_at(const Contact& contact, const std::shared_ptr<Publication>& publication, bool may_repeat);
  void alive(const Sighting& sighting);
  void silent(const Contact& contact);
  std::optional<UdpAddress> answers_at(const NodeId& id) const;
  void check(const Contact& contact);
  void check_former(const Contact& former, const Sighting& sighting);
  void check_stalest();
  void refresh_one_bucket();
  void refresh_neighbourhood();
  void refresh_far_buckets();
  void check_reachability();
  void ask_for_knock(const Contact& helper, const wire::Nonce& nonce, bool may_repeat);
  bool pass_on(const Contact& helper, const wire::KnockAt& request, bool may_repeat);
  void observe(const UdpAddress& by, const UdpAddress& address);

  Surroundings around_;
  const NodeId self_;
  const KademliaSettings settings_;
  RoutingTable table_;
  Calls calls_;
  OwnRecord& record_;
  Responder responder_;
  Reachability reachability_;
  std::map<LookupId, Running> lookups_;
  LookupId next_lookup_ = 1;
  std::vector<SteadyTime> bucket_touched_;
  SteadyTime next_check_;
  SteadyTime next_refresh_;
  SteadyTime next_reachability_;
  Duration stale_after_;
  std::size_t checks_running_ = 0;     ///< of nodes in the table
  std::size_t newcomers_checked_ = 0;  ///< likewise of others
  std::vector<NodeId> movers_checked_;
  std::size_t knocks_asked_ = 0;  ///< under way, for others
  struct Observation {
    Subnet by;
    UdpAddress address;
    SteadyTime at;
  };
  std::vector<Observation> observed_;
  bool has_private_peers_ = false;  ///< speaks with nodes of a private network
  Counters counters_;
};

}  // namespace mycostr::dht
