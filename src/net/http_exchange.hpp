// One request and its answer on a connection.
#pragma once

#include "base/endpoint.hpp"
#include "mycostr/http.hpp"
#include "net/http_head.hpp"
#include "net/http_parser.hpp"
#include "net/read_buffer.hpp"

namespace mycostr::net {

/// What the exchanges of one connection share.
struct HttpWire {
  Stream& stream;
  ReadBuffer buffer;
  RequestParser parser;
  Endpoint local;
};

/// Made when a head has been parsed. Loop thread only.
class HttpExchange final : public HttpRequest, public HttpResponder {
 public:
  explicit HttpExchange(HttpWire& wire);

  std::string_view method() const override { return wire_.parser.method(); }
  std::string_view target() const override { return wire_.parser.target(); }
  std::optional<std::string_view> field(std::string_view name) const override {
    return wire_.parser.field(name);
  }
  std::optional<std::string> list_field(std::string_view name) const override {
    return wire_.parser.list_field(name);
  }
  std::size_t field_count(std::string_view name) const override { return wire_.parser.field_count(name); }
  std::optional<std::uint64_t> content_length() const override;
  std::uint16_t local_port() const override { return wire_.local.port; }
  std::string_view local_host() const override { return wire_.local.host; }
  Task<Result<std::size_t>> read_body(MutableBytes out) override;

  Task<Result<void>> send(HttpResponseHead head, std::string body) override;
  Task<Result<void>> start(HttpResponseHead head) override;
  Task<Result<void>> write(ByteView bytes) override;
  Task<Result<void>> finish() override;
  bool started() const override { return state_ != State::waiting; }
  void abort() override;

  /// A whole answer has been sent.
  bool finished() const { return state_ == State::finished; }
  /// The answer said that more requests may come.
  bool keeps_alive() const { return keep_alive_; }
  bool body_ended() const { return body_ended_; }

  /// A rest of a body that is read to its end for the connection's sake; longer ones are not worth it.
  static constexpr std::uint64_t kMaxRest = 256 << 10;

 private:
  enum class State { waiting, started, finished, broken };

  Task<Result<std::size_t>> read_counted(MutableBytes out);
  Task<Result<std::size_t>> read_chunked(MutableBytes out);
  std::string prepare(HttpResponseHead& head);
  Task<Result<void>> put(std::span<const ByteView> pieces);

  HttpWire& wire_;
  std::uint64_t body_left_ = 0;  // with Content-Length
  bool body_ended_ = false;
  bool body_failed_ = false;
  bool owes_continue_ = false;
  bool is_head_ = false;

  State state_ = State::waiting;
  bool keep_alive_ = true;
  bool has_body_ = true;  // of the answer, on the wire
  bool chunked_ = false;
  std::optional<std::uint64_t> answer_left_;
};

}  // namespace mycostr::net
