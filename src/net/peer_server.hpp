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

/// Mutual TLS, then HTTP/1.1 with one call per request. Of the memory for what requests bring, one identity
/// has a quarter at most and one source a half; past that its calls wait for one another. Loop thread only.
/// stop() must have returned before it is destroyed, once start() was called.
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
  Task<> serve(TcpSocket socket);
  static Task<> turn_away(TcpSocket socket);

  const TlsIdentity& identity_;
  const PeerLimits limits_;
  PeerHandler* handler_ = nullptr;
  BlockPools blocks_;
  async::Budget memory_;  // for what requests bring
  Shares<NodeId> by_identity_;
  Shares<std::string> by_source_;
  std::size_t connections_ = 0;
  Listener listener_;
};

}  // namespace mycostr::net
