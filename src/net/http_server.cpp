#include "net/http_server.hpp"

#include <stdexcept>

#include "base/log.hpp"
#include "net/http_connection.hpp"
#include "net/tls_stream.hpp"

namespace mycostr::net {

HttpServer::HttpServer(boost::asio::io_context& loop, const Endpoint& address, HttpHandler& handler,
                       HttpServerLimits limits, std::optional<ApiTls> tls)
    : handler_(handler),
      limits_(limits),
      tls_(std::move(tls)),
      listener_(loop, address, {.total = limits.max_connections}, "http") {
  if (limits.header_bytes == 0 || limits.header_bytes > HttpConnection::kMaxHeadLimit) {
    throw std::invalid_argument("the limit of HTTP headers must be between 1 byte and 60 KiB");
  }
}

void HttpServer::start() {
  listener_.start([this](TcpSocket socket, Listener::Admission admission) {
    return serve(std::move(socket), admission);
  });
}

Task<> HttpServer::stop() {
  co_await listener_.stop();
}

Task<> HttpServer::serve(TcpSocket socket, Listener::Admission admission) {
  std::unique_ptr<Stream> stream;
  if (tls_) {
    auto tls = std::make_unique<TlsStream>(std::move(socket), tls_->server(), TlsStream::Role::server,
                                           blocks_.records);
    tls->link().limit_progress(limits_.stall_timeout);
    tls->link().set_deadline(TcpLink::now() + limits_.stall_timeout);
    if (const auto shaken = co_await tls->handshake(); !shaken) {
      log(LogLevel::debug, "http", "TLS handshake: {}", to_string(shaken.error()));
      co_return;
    }
    stream = std::move(tls);
  } else {
    stream = std::make_unique<TcpStream>(std::move(socket));
  }
  const HttpTimes times{
      .stall = limits_.stall_timeout, .idle = limits_.stall_timeout, .request = std::nullopt};
  HttpConnection connection(*stream, blocks_.heads, handler_, times, limits_.header_bytes);
  if (admission == Listener::Admission::granted) {
    co_await connection.serve();
  } else {
    co_await connection.refuse_overload();
  }
}

}  // namespace mycostr::net
