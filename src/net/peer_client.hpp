// Calls to other nodes, over connections that are kept for the next call.
#pragma once

#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "async/budget.hpp"
#include "async/task_group.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/transport.hpp"
#include "net/peer_connection.hpp"
#include "net/peer_limits.hpp"
#include "net/tls_identity.hpp"

namespace mycostr::net {

/// Loop thread only. stop() must have returned before it is destroyed, once a call was made.
class PeerClient {
 public:
  /// All passed in outlives it.
  PeerClient(boost::asio::io_context& loop, Clock& clock, const TlsIdentity& identity,
             const PeerLimits& limits);

  /// As Transport::call.
  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits limits);
  /// In use and idle.
  std::size_t connection_count() const { return open_.size(); }
  /// Ends running calls with Errc::closed, closes what is idle, and returns when no call runs.
  Task<> stop();

 private:
  /// A connection and whose it is; known to the client as long as it lives, so that stop() can close it.
  struct Open {
    Open(PeerClient& owner, TcpSocket socket);
    ~Open();
    PeerClient& client;
    PeerConnection connection;
    PeerIdentity identity;
    SteadyTime idle_since{};
  };
  /// One known peer; goes when nobody uses it and nothing is idle.
  struct Peer {
    explicit Peer(std::uint64_t calls) : slots(calls) {}
    async::Budget slots;
    std::vector<std::unique_ptr<Open>> idle;  // the last one used is the last one here
    std::size_t users = 0;
  };
  class Using;
  class Running;

  Task<Result<PeerReply>> call_within(const PeerAddress& to, const PeerCall& call, const CallLimits& limits,
                                      SteadyTime deadline);
  Task<PeerConnection::Outcome> run(Open& open, const PeerCall& call, const CallLimits& limits,
                                    SteadyTime deadline);
  Task<Result<std::unique_ptr<Open>>> dial(const PeerAddress& to, const CallLimits& limits,
                                           SteadyTime deadline);
  Task<Result<std::unique_ptr<Open>>> dial_one(Endpoint endpoint, std::optional<NodeId> expected,
                                               Duration limit);
  Task<Result<async::Budget::Lease>> turn(async::Budget& budget, SteadyTime deadline);
  Peer& peer(const NodeId& id);
  std::unique_ptr<Open> take_idle(const NodeId& id);
  void keep(std::unique_ptr<Open> open);
  void drop_oldest_idle();
  Task<> drop_old_ones();

  boost::asio::io_context& loop_;
  Clock& clock_;
  const TlsIdentity& identity_;
  const PeerLimits limits_;
  BlockPools blocks_;
  async::Budget calls_;
  std::unordered_set<Open*> open_;
  std::unordered_map<NodeId, Peer> peers_;
  std::size_t idle_count_ = 0;
  std::size_t running_ = 0;
  bool stopped_ = false;
  async::Signal none_running_;
  bool sweeps_ = false;
  async::TaskGroup tasks_;
};

}  // namespace mycostr::net
