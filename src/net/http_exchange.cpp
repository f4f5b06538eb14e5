#include "net/http_exchange.hpp"

#include <fmt/core.h>

namespace mycostr::net {
namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

HttpExchange::HttpExchange(HttpWire& wire) : wire_(wire) {
  const auto& parser = wire.parser;
  is_head_ = parser.method() == "HEAD";
  body_left_ = parser.content_length().value_or(0);
  body_ended_ = !parser.is_chunked() && body_left_ == 0;
  keep_alive_ = parser.keep_alive();
  const auto expect = parser.field("Expect");
  owes_continue_ =
      !body_ended_ && !parser.is_http_1_0() && expect && equals_ignoring_case(*expect, "100-continue");
}

std::optional<std::uint64_t> HttpExchange::content_length() const {
  if (wire_.parser.is_chunked()) return std::nullopt;
  return wire_.parser.content_length().value_or(0);
}

Task<Result<std::size_t>> HttpExchange::read_body(MutableBytes out) {
  if (body_failed_ || state_ == State::broken)
    co_return fail(Errc::closed, "the request's body has failed before");
  if (body_ended_ || out.empty()) co_return std::size_t{0};
  if (std::exchange(owes_continue_, false) && wire_.buffer.empty() && state_ == State::waiting) {
    const std::array<ByteView, 1> line{as_bytes("HTTP/1.1 100 Continue\r\n\r\n")};
    if (const auto sent = co_await put(line); !sent) co_return std::unexpected(sent.error());
  }
  body_failed_ = true;  // until it is known to be good, also where the reading is cancelled
  auto count = wire_.parser.is_chunked() ? co_await read_chunked(out) : co_await read_counted(out);
  body_failed_ = !count;
  co_return count;
}

Task<Result<std::size_t>> HttpExchange::read_counted(MutableBytes out) {
  if (out.size() > body_left_) out = out.first(static_cast<std::size_t>(body_left_));
  auto filled = wire_.buffer.take(out);
  while (filled < out.size()) {
    const auto got = co_await wire_.stream.read_some(out.subspan(filled));
    if (!got) co_return std::unexpected(got.error());
    if (*got == 0) co_return fail(Errc::closed, "the client went away before the end of the body");
    filled += *got;
  }
  body_left_ -= filled;
  body_ended_ = body_left_ == 0;
  co_return filled;
}

Task<Result<std::size_t>> HttpExchange::read_chunked(MutableBytes out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    const auto step = wire_.parser.put_chunked(wire_.buffer.data(), out.subspan(filled));
    wire_.buffer.consume(step.used);
    filled += step.made;
    if (step.step == ParseStep::malformed) co_return fail(Errc::invalid, "malformed chunked body");
    if (step.step == ParseStep::done) {
      body_ended_ = true;
      break;
    }
    if (filled == out.size()) break;
    const auto got = co_await wire_.buffer.fill(wire_.stream);
    if (!got && got.error().code == Errc::invalid)
      co_return fail(Errc::invalid, "overlong line in a chunked body");
    if (!got) co_return std::unexpected(got.error());
    if (*got == 0) co_return fail(Errc::closed, "the client went away before the end of the body");
  }
  co_return filled;
}

/// Decides on the framing of the answer and what comes after it.
std::string HttpExchange::prepare(HttpResponseHead& head) {
  const bool is_old = wire_.parser.is_http_1_0();
  const bool is_bodiless = head.status == 204 || head.status == 304;
  has_body_ = !is_head_ && !is_bodiless;
  answer_left_ = head.content_length;
  chunked_ = has_body_ && !head.content_length && !is_old;
  const bool ends_by_closing = has_body_ && !head.content_length && is_old;
  const bool has_small_rest = !wire_.parser.is_chunked() && body_left_ <= kMaxRest && !owes_continue_;
  keep_alive_ = keep_alive_ && !ends_by_closing && !body_failed_ && (body_ended_ || has_small_rest);
  return response_head(head, {.chunked = chunked_, .keep_alive = keep_alive_, .is_http_1_0 = is_old});
}

Task<Result<void>> HttpExchange::put(std::span<const ByteView> pieces) {
  const auto before = std::exchange(state_, State::broken);  // stays so where the write is cancelled
  auto sent = co_await wire_.stream.write(pieces);
  if (sent) state_ = before;
  co_return sent;
}

Task<Result<void>> HttpExchange::send(HttpResponseHead head, std::string body) {
  if (state_ != State::waiting) co_return fail(Errc::internal, "a second answer to one request");
  head.content_length = body.size();
  const auto text = prepare(head);
  const std::array<ByteView, 2> pieces{as_bytes(text), has_body_ ? as_bytes(body) : ByteView()};
  state_ = State::finished;
  co_return co_await put(pieces);
}

Task<Result<void>> HttpExchange::start(HttpResponseHead head) {
  if (state_ != State::waiting) co_return fail(Errc::internal, "a second answer to one request");
  const auto text = prepare(head);
  const std::array<ByteView, 1> pieces{as_bytes(text)};
  state_ = State::started;
  co_return co_await put(pieces);
}

Task<Result<void>> HttpExchange::write(ByteView bytes) {
  if (state_ == State::broken) co_return fail(Errc::closed, "the connection has failed before");
  if (state_ != State::started) co_return fail(Errc::internal, "a body without a started answer");
  if (!has_body_ || bytes.empty()) co_return Result<void>();
  if (!chunked_) {
    if (answer_left_ && bytes.size() > *answer_left_) {
      abort();
      co_return fail(Errc::internal, "more bytes than the announced Content-Length");
    }
    if (answer_left_) *answer_left_ -= bytes.size();
    const std::array<ByteView, 1> pieces{bytes};
    co_return co_await put(pieces);
  }
  const auto size_line = fmt::format("{:x}\r\n", bytes.size());
  const std::array<ByteView, 3> pieces{as_bytes(size_line), bytes, as_bytes("\r\n")};
  co_return co_await put(pieces);
}

Task<Result<void>> HttpExchange::finish() {
  if (state_ == State::broken) co_return fail(Errc::closed, "the connection has failed before");
  if (state_ != State::started) co_return fail(Errc::internal, "the end of an answer that was not started");
  if (has_body_ && answer_left_.value_or(0) > 0) {
    abort();
    co_return fail(Errc::internal, "fewer bytes than the announced Content-Length");
  }
  state_ = State::finished;
  if (!chunked_) co_return Result<void>();
  const std::array<ByteView, 1> pieces{as_bytes("0\r\n\r\n")};
  co_return co_await put(pieces);
}

void HttpExchange::abort() {
  state_ = State::broken;
  keep_alive_ = false;
  wire_.stream.link().reset();
}

}  // namespace mycostr::net
