#include "net/peer_protocol.hpp"

#include <fmt/core.h>

#include <charconv>

#include "base/units.hpp"
#include "mycostr/transport.hpp"
#include "net/http_parser.hpp"

namespace mycostr::net {
namespace {

struct Sizes {
  std::size_t message = 0;
  std::size_t body = 0;
};

Result<Sizes> judge_sizes(std::optional<std::string_view> message_length,
                          std::optional<std::uint64_t> content_length) {
  if (!message_length || !content_length)
    return fail(Errc::invalid, "the lengths of message and body are missing");
  std::uint64_t message = 0;
  const auto* end = message_length->data() + message_length->size();
  const auto [rest, error] = std::from_chars(message_length->data(), end, message);
  if (error != std::errc() || rest != end) return fail(Errc::invalid, "malformed Mycostr-Message-Length");
  if (message > kMaxMessageSize) return fail(Errc::invalid, "the message is longer than allowed");
  if (*content_length < message) return fail(Errc::invalid, "the message is longer than all there is");
  const auto body = *content_length - message;
  if (body > kMaxChunkSize) return fail(Errc::invalid, "the body is longer than allowed");
  return Sizes{static_cast<std::size_t>(message), static_cast<std::size_t>(body)};
}

/// Codes that speak of a caller's own connection mean nothing when another node says them.
Errc code_of_peer(std::string_view name) {
  const auto code = errc_from_name(name);
  const bool is_own = code == Errc::unreachable || code == Errc::wrong_peer || code == Errc::closed ||
                      code == Errc::cancelled;
  return is_own ? Errc::internal : code;
}

}  // namespace

bool is_operation(std::string_view text) {
  if (text.empty() || text.size() > kMaxOperation || text.front() == '/' || text.back() == '/') return false;
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
  };
  return std::ranges::all_of(text, is_allowed) && text.find("//") == std::string_view::npos;
}

Result<PeerRequestHead> judge_peer_request(std::string_view method, std::string_view target,
                                           std::optional<std::string_view> message_length,
                                           std::optional<std::uint64_t> content_length) {
  if (method != "POST" || !target.starts_with(kPeerPrefix))
    return fail(Errc::invalid, "not a call between nodes");
  const auto operation = target.substr(kPeerPrefix.size());
  if (!is_operation(operation)) return fail(Errc::invalid, "malformed operation");
  const auto sizes = judge_sizes(message_length, content_length);
  if (!sizes) return std::unexpected(sizes.error());
  return PeerRequestHead{std::string(operation), sizes->message, sizes->body};
}

Result<PeerReplyHead> judge_peer_reply(unsigned status, std::optional<std::string_view> error,
                                       std::optional<std::string_view> message_length,
                                       std::optional<std::uint64_t> content_length) {
  PeerReplyHead head;
  if (error) {
    if (!content_length || *content_length > kMaxErrorDetail)
      return fail(Errc::invalid, "malformed error reply");
    head.error = code_of_peer(*error);
    head.message_size = static_cast<std::size_t>(*content_length);
    return head;
  }
  if (status != 200) return fail(Errc::invalid, fmt::format("the peer answered HTTP status {}", status));
  const auto sizes = judge_sizes(message_length, content_length);
  if (!sizes) return std::unexpected(sizes.error());
  head.message_size = sizes->message;
  head.body_size = sizes->body;
  return head;
}

Result<PeerRequestHead> parse_peer_request_head(ByteView bytes) {
  RequestParser parser(kMaxPeerHead);
  if (parser.put_head(bytes).step != ParseStep::done) return fail(Errc::invalid, "not an HTTP request");
  return judge_peer_request(parser.method(), parser.target(), parser.field("Mycostr-Message-Length"),
                            parser.content_length());
}

Result<PeerReplyHead> parse_peer_reply_head(ByteView bytes) {
  ResponseParser parser(kMaxPeerHead);
  if (parser.put_head(bytes).step != ParseStep::done) return fail(Errc::invalid, "not an HTTP response");
  auto head = judge_peer_reply(parser.status(), parser.field("Mycostr-Error"),
                               parser.field("Mycostr-Message-Length"), parser.content_length());
  if (head) head->keep_alive = parser.keep_alive();
  return head;
}

std::string peer_request_head(const PeerRequestHead& head) {
  return fmt::format(
      "POST {}{} HTTP/1.1\r\nHost: mycostr\r\nContent-Length: {}\r\nMycostr-Message-Length: {}\r\n\r\n",
      kPeerPrefix, head.operation, head.message_size + head.body_size, head.message_size);
}

unsigned peer_status(Errc code) {
  switch (code) {
    case Errc::invalid:
      return 400;
    case Errc::forbidden:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::exists:
    case Errc::conflict:
      return 409;
    case Errc::overloaded:
      return 503;
    case Errc::timeout:
      return 504;
    case Errc::full:
    case Errc::not_enough:
      return 507;
    default:
      return 500;
  }
}

}  // namespace mycostr::net
