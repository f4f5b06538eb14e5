// Nodes meet: each tells its own record to those it knows and takes the records they know. Doubles as the
// probe of who is alive.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <unordered_set>

#include "async/task_group.hpp"
#include "dht/directory.hpp"
#include "dht/own_record.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/meta_store.hpp"
#include "mycostr/random.hpp"
#include "wire/messages.hpp"

namespace mycostr::dht {

struct ExchangeSettings {
  std::vector<Endpoint> bootstrap;
  Duration probe_interval = std::chrono::seconds(10);  ///< between two hellos to one node that answers
  Duration retry_interval = std::chrono::seconds(5);   ///< to one that does not
  std::size_t hellos_at_once = 16;
  CallLimits call{std::chrono::seconds(3), std::chrono::seconds(5), std::chrono::seconds(10)};
};

/// Loop thread only. References outlive it.
class Exchange {
 public:
  Exchange(boost::asio::any_io_executor executor, Clock& clock, Random& random, Transport& transport,
           MetaStore& store, Directory& directory, OwnRecord& own, ExchangeSettings settings);

  /// Reads the records kept on disk. Before run(). Errors: io.
  Task<Result<void>> open();
  /// Until cancelled.
  Task<> run();
  /// Answers the operation "hello".
  Task<Result<PeerReply>> handle_hello(PeerRequest& request);
  /// The own record has changed: those who are known hear of it at once.
  void announce();
  /// Says hello at an address. With an id, only to that node. Errors: as Transport::call; invalid, conflict
  /// (what answers is of another network).
  Task<Result<NodeId>> introduce(PeerAddress address);

 private:
  struct Cursor {
    std::uint64_t instance = 0;
    std::uint64_t since = 0;
  };

  Task<> hello_round();
  Task<> hello_to(PeerAddress address);
  Result<NodeId> take_reply(const PeerReply& reply, Duration rtt);
  void take_records(const wire::HelloReply& reply);
  Task<> save_new_records();
  std::vector<PeerAddress> due_now();

  Clock& clock_;
  Random& random_;
  Transport& transport_;
  MetaStore& store_;
  Directory& directory_;
  OwnRecord& own_;
  const ExchangeSettings settings_;
  const std::uint64_t instance_;
  async::TaskGroup hellos_;
  std::unordered_map<NodeId, Cursor> cursors_;
  std::unordered_set<NodeId> rows_;  // nodes whose records are on disk
  std::uint64_t saved_version_ = 0;
  SteadyTime next_expiry_check_;
};

}  // namespace mycostr::dht
