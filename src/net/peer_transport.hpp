// Calls between nodes: HTTP/1.1 over mutual TLS 1.3 (docs/protocol.md).
#pragma once

#include <optional>

#include "crypto/identity.hpp"
#include "mycostr/transport.hpp"
#include "net/peer_client.hpp"
#include "net/peer_server.hpp"

namespace mycostr::net {

/// The daemon's Transport. Loop thread only. Use: construct, serve(), ..., stop(), destroy. stop() must have
/// returned before it is destroyed, once it served or called.
class PeerTransport final : public Transport {
 public:
  /// `loop` and `clock` outlive it; of `identity` it takes a copy. `listen`: where other nodes come in;
  /// connections wait until serve(); nothing for a node that only calls. Throws boost::system::system_error
  /// where the address cannot be had, std::runtime_error for a key that OpenSSL refuses.
  PeerTransport(boost::asio::io_context& loop, Clock& clock, const crypto::Identity& identity,
                const std::optional<Endpoint>& listen, const PeerLimits& limits = {});

  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits limits) override;
  /// At most once.
  void serve(PeerHandler& handler) override;
  std::size_t connection_count() const override;

  /// This node, as others see it.
  const PeerIdentity& self() const { return self_; }
  /// The real address where port 0 was asked for; nothing without `listen`.
  std::optional<Endpoint> endpoint() const;
  /// Stops accepting, cancels the handlers that run and awaits them; then ends this node's own running calls
  /// with Errc::closed and awaits those.
  Task<> stop();

 private:
  const TlsIdentity tls_;
  const PeerIdentity self_;
  PeerClient client_;
  std::optional<PeerServer> server_;
};

}  // namespace mycostr::net
