// The server's side of one HTTP/1.1 connection, from its first byte to its last.
#pragma once

#include "net/http_exchange.hpp"

namespace mycostr::net {

struct HttpTimes {
  Duration stall =
      std::chrono::seconds(30);  ///< for a whole head; and without a byte moving in bodies and answers
  Duration idle = std::chrono::seconds(30);  ///< between requests
  std::optional<Duration> request;  ///< from a request's head to its answer's end; nothing: unbounded
};

/// Reads requests one after the other and hands each to the handler. Loop thread only. Everything passed in
/// outlives serve(). Not an error of the caller's: all ends in a closed connection.
class HttpConnection {
 public:
  static constexpr std::size_t kMaxHeadLimit = 60 << 10;  // what the read buffer holds

  /// REQUIRES: head_limit <= kMaxHeadLimit
  HttpConnection(Stream& stream, BlockPool& heads, HttpHandler& handler, HttpTimes times,
                 std::size_t head_limit);

  /// Returns when the connection has ended. Cancellation: closes it.
  Task<> serve();
  /// Answers 503 to whatever is asked, and ends.
  Task<> refuse_overload();

 private:
  /// Why no request came; status 0: nothing to say to the client.
  struct Refusal {
    unsigned status = 0;
    std::string_view code;
    std::string_view detail;
  };
  Task<std::optional<Refusal>> read_head();
  std::optional<Refusal> check_head() const;
  Task<> answer_request(HttpExchange& exchange);
  Task<bool> settle(HttpExchange& exchange);
  Task<> refuse(Refusal refusal);
  Task<> linger();
  HttpResponseHead problem_head(unsigned status) const;

  HttpWire wire_;
  HttpHandler& handler_;
  BlockPool& heads_;
  HttpTimes times_;
};

}  // namespace mycostr::net
