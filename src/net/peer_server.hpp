// Receives the calls of other nodes.
#pragma once

#include "async/budget.hpp"
#include "mycostr/transport.hpp"
#include "net/block_pool.hpp"
#include "net/listener.hpp"
#include "net/peer_limits.hpp"
#include "net/shares.hpp"
#include "net/tls_identity.hpp"

namespace mycostr::net {

/// Mutual TLS, then HTTP/1.1 with one call per request. Half of the memory is for what requests bring. Of
/// that one identity has a quarter at most, and one source such a part of the whole memory as it has of the
/// connections, an eighth; past that its calls wait for one another. The other half is for answers' bodies: a
/// quarter for one identity, half for one source; past that they are refused. Loop thread only. stop() must
/// have returned before it is destroyed, once start() was called.
class PeerServer {
 public:
  /// Binds and listens; connections wait until start(). All passed in outlives it. Throws
  /// boost::system::system_error.
  PeerServer(boost::asio::io_context& loop, const Endpoint& address, const TlsIdentity& identity,
             const PeerLimits& limits);

  void start(PeerHandler& handler);
  Endpoint endpoint() const { return listener_.endpoint(); }
  /// With the handshake done.
  std::size_t connection_count() const { return connections_; }
  Task<> stop() { co_await listener_.stop(); }

 private:
  /// What there is for one direction, and what of it one user may have.
  struct Memory {
    Memory(std::uint64_t total, std::uint64_t of_identity, std::uint64_t of_source)
        : all(total), by_identity(of_identity), by_source(of_source) {}
    async::Budget all;
    Shares<NodeId> by_identity;
    Shares<std::string> by_source;
  };

  Task<> serve(TcpSocket socket);
  static Task<> turn_away(TcpSocket socket);

  const TlsIdentity& identity_;
  const PeerLimits limits_;
  PeerHandler* handler_ = nullptr;
  BlockPools blocks_;
  Memory requests_;
  Memory replies_;
  std::size_t connections_ = 0;
  Listener listener_;
};

}  // namespace mycostr::net
