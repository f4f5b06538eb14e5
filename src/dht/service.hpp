// Drives the DHT node: gives it time and datagrams, enters the network, and keeps the directory of known
// nodes, with their newest records, in memory and on disk. Loop thread only. References outlive it.
//
// It is one class in four files:
//   service.cpp          its loop: time and datagrams, joining, records to fetch, nodes to probe, the own
//                        pointer to publish, the own record to announce
//   service_rows.cpp     rows n/<node id> (records) and "anchors" (addresses of long standing)
//   service_meeting.cpp  "hello" over the transport, both sides
//   service_search.cpp   one node, or where an owner says that it is
// Once a second the loop looks at what is due. Between these, Kademlia is ticked when it asks for it: a sleep
// of its own for each earlier moment. All tasks end with run().
//
// Limits: 16 records fetched at a time, 1,000 waiting; 20 nodes probed a second; 200 told of a new record;
// 8 anchors; kMaxKnownNodes records. What is beyond is left for later, or out: nothing here queues without
// bound.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <unordered_set>

#include "async/task_group.hpp"
#include "dht/directory.hpp"
#include "dht/kademlia.hpp"
#include "dht/record_keeper.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::dht {

struct ServiceSettings {
  std::vector<Endpoint> bootstrap;
  KademliaSettings kademlia;
  Duration probe_interval = std::chrono::seconds(10);  ///< of a known node; longer where very many are known
  Duration join_interval = std::chrono::seconds(5);    ///< between two attempts of a node that knows nobody
  CallLimits call{std::chrono::seconds(3), std::chrono::seconds(5), std::chrono::seconds(10)};
};

class Service final : public DatagramHandler {
 public:
  Service(boost::asio::any_io_executor executor, Surroundings around, Transport& transport, MetaStore& store,
          Directory& directory, RecordKeeper& own, NodeId self, ServiceSettings settings);

  /// Reads the nodes kept on disk. Before run(). Errors: io.
  Task<Result<void>> open();
  /// Until cancelled. Lookups under way then never call back: find() and find_owner() are for tasks that are
  /// cancelled too.
  Task<> run();
  /// A datagram from outside; any bytes.
  void received(const UdpAddress& from, ByteView bytes) override;

  /// The own record has changed: those who are known hear of it at once.
  void announce();
  /// Meets the node at an address, over the transport: both then know one another's records. With an id, only
  /// that node. Errors: as Transport::call; invalid, conflict (what answers is of another network).
  Task<Result<NodeId>> introduce(PeerAddress address);
  /// Answers the operation "hello", which is the other side of introduce().
  Task<Result<PeerReply>> handle_hello(PeerRequest& request);
  /// Looks a node up that the directory does not know, or that does not answer where it was; false where it
  /// is not found. Takes seconds.
  Task<bool> find(NodeId id);
  /// Where an owner says that its daemon is, by the newest pointer of its own that the DHT has; nothing where
  /// it has none. Takes seconds.
  Task<std::optional<PeerAddress>> find_owner(NodeId owner);

  const Kademlia& kademlia() const { return kademlia_; }

  /// A node's answer took so long.
  std::move_only_function<void(const NodeId&, Duration rtt)> on_rtt;

 private:
  // service.cpp: time
  Task<> tick_at(SteadyTime due);
  void wake();
  Task<> keep_directory();
  // entering the network, and again when nobody answers any more
  Task<> join_by_bootstrap();
  void join_by_known();
  // the directory: who was seen, whose record is fetched, who is asked whether it lives
  void seen(const Sighting& sighting);
  bool may_want(const Contact& contact);
  void fetch_wanted();
  void fetched(const Contact& from, const std::optional<Bytes>& record);
  void probe_due();
  void publish_pointer();
  // service_rows.cpp
  /// A file may be acknowledged at any moment, and its holders must be found again after a crash: what is new
  /// is written at once.
  void save_soon();
  Task<> save();
  Task<> write_rows();
  std::string renew_anchors();
  // service_meeting.cpp
  Result<NodeId> take_hello(const PeerReply& reply, Duration rtt);

  Surroundings around_;
  Transport& transport_;
  MetaStore& store_;
  Directory& directory_;
  RecordKeeper& own_;
  const NodeId self_;
  const ServiceSettings settings_;
  Kademlia kademlia_;
  async::TaskGroup tasks_;
  SteadyTime sleeps_until_ = SteadyTime::max();  ///< the earliest sleep that ends in a tick
  std::map<NodeId, Contact> wanted_;             ///< whose records are unknown, or outdated
  std::map<NodeId, SteadyTime> fetched_;         ///< whose record was asked for lately, and when
  std::size_t fetching_ = 0;
  std::vector<UdpAddress> anchors_;  ///< the newest first
  bool is_running_ = false;          ///< before and after, calls of other nodes begin no tasks
  bool is_joining_ = false;
  bool is_saving_ = false;
  SteadyTime next_join_;
  SteadyTime next_bootstrap_;
  SteadyTime next_expiry_;
  SteadyTime next_publication_;
  SteadyTime may_publish_again_;     ///< though it is not due
  std::vector<Endpoint> published_;  ///< by the last pointer
  bool was_published_ = false;
  SteadyTime next_anchors_;
  std::unordered_set<NodeId> rows_;  ///< nodes whose records are on disk
  std::uint64_t saved_version_ = 0;
};

}  // namespace mycostr::dht
