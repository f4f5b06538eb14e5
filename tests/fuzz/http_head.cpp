// links: net
#include "base/units.hpp"
#include "fuzz/entry.hpp"
#include "mycostr/transport.hpp"
#include "net/http_parser.hpp"
#include "net/peer_protocol.hpp"

namespace mycostr::fuzz {
namespace {

void read_request(ByteView input) {
  net::RequestParser parser(16 << 10);
  const auto head = parser.put_head(input);
  check(head.used <= input.size());
  if (head.step != net::ParseStep::done) return;
  static_cast<void>(parser.field("host"));
  if (!parser.is_chunked()) return;
  input = input.subspan(head.used);
  std::uint8_t out[64];
  for (;;) {
    const auto body = parser.put_chunked(input, out);
    check(body.used <= input.size() && body.made <= sizeof out);
    input = input.subspan(body.used);
    if (body.step != net::ParseStep::more || (body.used == 0 && body.made == 0)) return;
  }
}

}  // namespace

void take(ByteView input) {
  read_request(input);
  if (const auto request = net::parse_peer_request_head(input)) {
    check(net::is_operation(request->operation) && request->message_size <= kMaxMessageSize &&
          request->body_size <= kMaxChunkSize);
  }
  if (const auto reply = net::parse_peer_reply_head(input)) {
    check(reply->message_size <= kMaxMessageSize && reply->body_size <= kMaxChunkSize);
  }
}

}  // namespace mycostr::fuzz
