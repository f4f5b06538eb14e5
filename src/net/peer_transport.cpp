#include "net/peer_transport.hpp"

namespace mycostr::net {

PeerTransport::PeerTransport(boost::asio::io_context& loop, Clock& clock, const crypto::Identity& identity,
                             const std::optional<Endpoint>& listen, const PeerLimits& limits)
    : tls_(identity.seed().bytes),
      self_{identity.id(), identity.public_key()},
      client_(loop, clock, tls_, limits) {
  if (listen) server_.emplace(loop, *listen, tls_, limits);
}

Task<Result<PeerReply>> PeerTransport::call(PeerAddress to, PeerCall call, CallLimits limits) {
  return client_.call(std::move(to), std::move(call), limits);
}

void PeerTransport::serve(PeerHandler& handler) {
  if (server_) server_->start(handler);
}

std::size_t PeerTransport::connection_count() const {
  return client_.connection_count() + (server_ ? server_->connection_count() : 0);
}

std::optional<Endpoint> PeerTransport::endpoint() const {
  return server_ ? std::optional(server_->endpoint()) : std::nullopt;
}

Task<> PeerTransport::stop() {
  if (server_) co_await server_->stop();
  co_await client_.stop();
}

}  // namespace mycostr::net
