// Port: HTTP as the REST API sees it; sockets, TLS, parsing and framing are the adapter's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/task.hpp"

namespace mycostr {

struct HttpField {
  std::string name;
  std::string value;
};

/// One request, header read, body not yet. Loop thread only.
class HttpRequest {
 public:
  virtual ~HttpRequest() = default;
  virtual std::string_view method() const = 0;
  /// As sent: path and query, still percent-encoded.
  virtual std::string_view target() const = 0;
  /// First field of that name (case-insensitive), or nothing.
  virtual std::optional<std::string_view> field(std::string_view name) const = 0;
  /// All fields of that name as the one list they are (RFC 9110, 5.3), or nothing.
  virtual std::optional<std::string> list_field(std::string_view name) const = 0;
  /// How many fields of that name there are.
  virtual std::size_t field_count(std::string_view name) const = 0;
  /// Where the header says it; nothing for a chunked body. 0 without a body.
  virtual std::optional<std::uint64_t> content_length() const = 0;
  /// Port the client came to, for the check of Host and Origin.
  virtual std::uint16_t local_port() const = 0;
  virtual std::string_view local_host() const = 0;

  /// Next bytes of the body into `out`; 0 at its end. Fills `out` whole unless the body ends first. Sends
  /// "100 Continue" at the first call where the client waits for it.
  /// Errors: closed (the client went away before the end), timeout (no progress for the stall limit), invalid
  /// (malformed framing). After an error the connection is closed once a response has been sent.
  virtual Task<Result<std::size_t>> read_body(MutableBytes out) = 0;
};

struct HttpResponseHead {
  unsigned status = 200;
  std::vector<HttpField> fields;  ///< Content-Length, Date, Connection are the adapter's
  std::optional<std::uint64_t>
      content_length;  ///< nothing: a chunked body (closing the connection for HTTP/1.0)
};

/// Sends the one answer to a request. Loop thread only. Errors: closed, timeout (the client takes no bytes).
class HttpResponder {
 public:
  virtual ~HttpResponder() = default;
  /// Head and a whole small body in one piece. For HEAD the body is counted, not sent.
  virtual Task<Result<void>> send(HttpResponseHead head, std::string body) = 0;
  /// Head now, body by write() and finish(). For HEAD, and for 304, nothing more is written.
  virtual Task<Result<void>> start(HttpResponseHead head) = 0;
  /// `bytes` must stay as they are until it returns.
  virtual Task<Result<void>> write(ByteView bytes) = 0;
  virtual Task<Result<void>> finish() = 0;
  /// Whether a head has been sent: after that an error can only be told by cutting the connection (abort).
  virtual bool started() const = 0;
  /// The connection is cut without completing the answer.
  virtual void abort() = 0;
};

/// Loop thread only; called concurrently for concurrent requests.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  /// Sends exactly one answer. A body not read to its end is drained or the connection closed by the adapter.
  virtual Task<> handle(HttpRequest& request, HttpResponder& responder) = 0;
  /// The body of the answer to what is refused before a request exists: malformed (400; also without exactly
  /// one Host), header too large (431), too many connections (503), stalled (408), a Transfer-Encoding other
  /// than chunked (501); and to a request that handle() left without an answer (500). Sent as
  /// application/problem+json.
  virtual std::string problem(unsigned status, std::string_view code, std::string_view detail) = 0;
};

}  // namespace mycostr
