#include "net/http_connection.hpp"

#include "async/cancel.hpp"
#include "base/log.hpp"
#include "net/resolve.hpp"

namespace mycostr::net {
namespace {

// What an answer may cost to reach a client that still sends: closing at once would reset the connection
// under it.
constexpr std::uint64_t kLingerBytes = 64 << 20;
constexpr Duration kLingerTime = std::chrono::seconds(10);

Endpoint local_endpoint(TcpLink& link) {
  boost::system::error_code error;
  const auto local = link.socket().local_endpoint(error);
  return error ? Endpoint() : to_endpoint(local);
}

}  // namespace

HttpConnection::HttpConnection(Stream& stream, BlockPool& heads, HttpHandler& handler, HttpTimes times,
                               std::size_t head_limit)
    : wire_{stream, ReadBuffer(heads), RequestParser(head_limit), local_endpoint(stream.link())},
      handler_(handler),
      heads_(heads),
      times_(times) {}

Task<> HttpConnection::serve() {
  for (;;) {
    if (const auto refusal = co_await read_head()) {
      if (refusal->status != 0) co_await refuse(*refusal);
      break;
    }
    HttpExchange exchange(wire_);
    co_await answer_request(exchange);
    if (!co_await settle(exchange)) break;
    wire_.parser.reset();
  }
  wire_.stream.link().close();
}

/// Nothing where a request has come.
Task<std::optional<HttpConnection::Refusal>> HttpConnection::read_head() {
  auto& link = wire_.stream.link();
  auto& buffer = wire_.buffer;
  link.limit_progress(times_.idle);
  link.set_deadline(std::nullopt);
  if (buffer.empty() && !co_await wire_.stream.wait_readable()) co_return Refusal();
  link.limit_progress(times_.stall);
  link.set_deadline(TcpLink::now() + times_.stall);  // for all of it: a byte now and then is no progress here
  bool has_begun = false;
  for (;;) {
    // An empty line before a request is to be forgiven (RFC 9112, 2.2).
    while (!has_begun && as_text(buffer.data()).starts_with("\r\n")) buffer.consume(2);
    const auto waits_for_more = !has_begun && as_text(buffer.data()) == "\r";
    if (!buffer.empty() && !waits_for_more) {
      has_begun = true;
      const auto progress = wire_.parser.put_head(buffer.data());
      buffer.consume(progress.used);
      if (progress.step == ParseStep::done) break;
      if (progress.step == ParseStep::too_large) {
        co_return Refusal{431, "header_too_large", "The header is longer than this server takes."};
      }
      if (progress.step == ParseStep::malformed) {
        co_return Refusal{400, "malformed_request", "This is not an HTTP/1.1 request."};
      }
    }
    const auto got = co_await buffer.fill(wire_.stream);
    if (got && *got > 0) continue;
    if (!has_begun) co_return Refusal();
    if (got) co_return Refusal{400, "malformed_request", "The request ends in the middle of its header."};
    if (got.error().code != Errc::timeout) co_return Refusal();
    co_return Refusal{408, "timeout", "The header did not arrive in time."};
  }
  link.set_deadline(times_.request ? std::optional(TcpLink::now() + *times_.request) : std::nullopt);
  co_return check_head();
}

/// What Beast lets pass and must not be guessed at.
std::optional<HttpConnection::Refusal> HttpConnection::check_head() const {
  const auto& parser = wire_.parser;
  const auto hosts = parser.field_count("Host");
  if (hosts > 1 || (hosts == 0 && !parser.is_http_1_0())) {
    return Refusal{400, "malformed_request", "A request needs exactly one Host field."};
  }
  const auto coding = parser.field("Transfer-Encoding");
  if (!coding) return std::nullopt;
  if (parser.is_http_1_0()) return Refusal{400, "malformed_request", "HTTP/1.0 has no Transfer-Encoding."};
  const bool is_plain_chunked = parser.is_chunked() && coding->size() == std::string_view("chunked").size() &&
                                parser.field_count("Transfer-Encoding") == 1;
  if (is_plain_chunked) return std::nullopt;
  return Refusal{501, "unsupported_transfer_encoding", "The only Transfer-Encoding taken is chunked."};
}

Task<> HttpConnection::answer_request(HttpExchange& exchange) {
  try {
    co_await handler_.handle(exchange, exchange);
  } catch (...) {
    const auto thrown = std::current_exception();
    if (async::is_cancellation(thrown)) throw;
    log(LogLevel::error, "http", "{} {}: the handler threw: {}", exchange.method(), exchange.target(),
        async::describe(thrown));
  }
  if (exchange.started()) co_return;
  auto body = handler_.problem(500, "internal", "A fault of this program; its log says more.");
  co_await exchange.send(problem_head(500), std::move(body));
}

/// Whether the connection is fit for another request.
Task<bool> HttpConnection::settle(HttpExchange& exchange) {
  if (!exchange.finished()) {
    exchange.abort();
    co_return false;
  }
  if (!exchange.keeps_alive()) {
    co_await linger();
    co_return false;
  }
  if (exchange.body_ended()) co_return true;
  auto scratch = heads_.take();
  while (!exchange.body_ended()) {
    const auto got = co_await exchange.read_body({scratch.data(), scratch.size()});
    if (!got) co_return false;
  }
  co_return true;
}

HttpResponseHead HttpConnection::problem_head(unsigned status) const {
  HttpResponseHead head{.status = status,
                        .fields = {{"Content-Type", "application/problem+json"}},
                        .content_length = std::nullopt};
  if (status == 503) head.fields.push_back({"Retry-After", "1"});
  return head;
}

Task<> HttpConnection::refuse(Refusal refusal) {
  const auto body = handler_.problem(refusal.status, refusal.code, refusal.detail);
  auto head = problem_head(refusal.status);
  head.content_length = body.size();
  const auto text = response_head(head, {.keep_alive = false});
  const std::array<ByteView, 2> pieces{as_bytes(text), as_bytes(body)};
  wire_.stream.link().set_deadline(std::nullopt);
  wire_.stream.link().limit_progress(times_.stall);
  if (co_await wire_.stream.write(pieces)) co_await linger();
}

Task<> HttpConnection::refuse_overload() {
  co_await refuse({503, "overloaded", "Too many connections are open; try again later."});
  wire_.stream.link().close();
}

/// Ends the sending, then takes what the client still sends, so that it comes to read the answer.
Task<> HttpConnection::linger() {
  auto& link = wire_.stream.link();
  link.limit_progress(std::min(times_.stall, kLingerTime));
  link.set_deadline(TcpLink::now() + kLingerTime);
  wire_.buffer.clear();
  if (!co_await wire_.stream.shutdown()) co_return;
  const auto scratch = heads_.take();
  co_await link.discard(kLingerBytes, {scratch.data(), scratch.size()});
}

}  // namespace mycostr::net
