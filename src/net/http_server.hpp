// Serves HTTP/1.1 on one address: the REST API's way to the outside.
#pragma once

#include <optional>

#include "mycostr/http.hpp"
#include "net/block_pool.hpp"
#include "net/listener.hpp"
#include "net/tls_identity.hpp"

namespace mycostr::net {

struct HttpServerLimits {
  std::size_t max_connections = 1024;  ///< more: 503 with Retry-After, and closed
  Duration stall_timeout =
      std::chrono::seconds(30);         ///< for a whole header; without a byte moving; between requests
  std::size_t header_bytes = 16 << 10;  ///< more: 431
};

/// Loop thread only. What the handler does runs in the connection's task. stop() must have returned before it
/// is destroyed, once start() was called.
class HttpServer {
 public:
  /// Binds and listens; `handler` and `loop` outlive it. Without `tls`: plain TCP. Throws
  /// boost::system::system_error where the address cannot be had, std::invalid_argument for limits that
  /// cannot be.
  HttpServer(boost::asio::io_context& loop, const Endpoint& address, HttpHandler& handler,
             HttpServerLimits limits, std::optional<ApiTls> tls = std::nullopt);

  void start();
  /// The real one where port 0 was asked for.
  Endpoint endpoint() const { return listener_.endpoint(); }
  std::size_t connection_count() const { return listener_.connection_count(); }
  /// Stops accepting, cancels the connections' tasks, whose clients see a cut connection, and awaits them.
  Task<> stop();

 private:
  Task<> serve(TcpSocket socket, Listener::Admission admission);

  HttpHandler& handler_;
  const HttpServerLimits limits_;
  std::optional<ApiTls> tls_;
  BlockPools blocks_;
  Listener listener_;
};

}  // namespace mycostr::net
