#include "net/peer_connection.hpp"

#include "net/http_parser.hpp"

namespace mycostr::net {
namespace {

constexpr std::size_t kSlice = 256 << 10;  // sent between two looks for an early answer

}  // namespace

PeerConnection::PeerConnection(TcpSocket socket, ssl_ctx_st* context, BlockPools& blocks)
    : stream_(std::move(socket), context, TlsStream::Role::client, blocks.records), buffer_(blocks.heads) {}

Task<Result<PublicKey>> PeerConnection::open(TcpEndpoint to) {
  if (const auto connected = co_await stream_.link().connect(to); !connected) {
    co_return std::unexpected(connected.error());
  }
  if (const auto shaken = co_await stream_.handshake(); !shaken) {
    const bool is_late = shaken.error().code == Errc::timeout;
    co_return fail(is_late ? Errc::timeout : Errc::unreachable, "handshake: " + shaken.error().detail);
  }
  const auto key = stream_.peer_key();
  if (!key) co_return fail(Errc::unreachable, "handshake: the peer's certificate has no Ed25519 key");
  co_return *key;
}

Task<PeerConnection::Outcome> PeerConnection::exchange(const PeerCall& call) {
  Outcome out{.reply = PeerReply()};
  const auto sent = co_await send(call);
  // A refusal may have come before all was sent, and then the sending may have failed: the answer says more.
  if (!sent && sent.error().code != Errc::closed) {
    out.reply = std::unexpected(sent.error());
    co_return out;
  }
  const auto head = co_await read_head(out.reply_began);
  if (!head) {
    out.reply = std::unexpected(sent ? head.error() : sent.error());
    co_return out;
  }
  if (head->body_size > call.max_reply_body || head->message_size > call.max_reply_message) {
    out.reply = fail(Errc::invalid, "the peer's answer is longer than what was asked for");
    co_return out;
  }
  bool whole = false;
  out.reply = co_await read_reply(*head, whole);
  out.reusable = whole && sent && *sent && head->keep_alive && buffer_.empty();
  co_return out;
}

/// Whether all of it was sent: an answer on its way already ends it early.
Task<Result<bool>> PeerConnection::send(const PeerCall& call) {
  const auto head = peer_request_head(
      {.operation = call.operation, .message_size = call.message.size(), .body_size = call.body.size()});
  auto rest = call.body.view();
  auto slice = rest.first(std::min(rest.size(), kSlice));
  const std::array<ByteView, 3> first{as_bytes(head), call.message, slice};
  auto sent = co_await stream_.write(first);
  for (;;) {
    if (!sent) co_return std::unexpected(sent.error());
    rest = rest.subspan(slice.size());
    if (rest.empty()) co_return true;
    if (!stream_.quiet()) co_return false;
    slice = rest.first(std::min(rest.size(), kSlice));
    const std::array<ByteView, 1> next{slice};
    sent = co_await stream_.write(next);
  }
}

Task<Result<PeerReplyHead>> PeerConnection::read_head(bool& began) {
  ResponseParser parser(kMaxPeerHead);
  // The peer may take its time: no block of memory waits with this call.
  if (const auto ready = co_await stream_.wait_readable(); !ready) co_return std::unexpected(ready.error());
  for (;;) {
    const auto got = co_await buffer_.fill(stream_);
    if (!got) co_return std::unexpected(got.error());
    if (*got == 0) co_return fail(Errc::closed, "the peer closed the connection");
    began = true;
    const auto progress = parser.put_head(buffer_.data());
    buffer_.consume(progress.used);
    if (progress.step == ParseStep::more) continue;
    if (progress.step != ParseStep::done) co_return fail(Errc::invalid, "the peer's answer is not HTTP");
    break;
  }
  auto head = judge_peer_reply(parser.status(), parser.field("Mycostr-Error"),
                               parser.field("Mycostr-Message-Length"), parser.content_length());
  if (head) head->keep_alive = parser.keep_alive();
  co_return head;
}

Task<Result<void>> PeerConnection::read(MutableBytes out) {
  const auto taken = buffer_.take(out);
  co_return co_await read_exactly(stream_, out.subspan(taken));
}

Task<Result<PeerReply>> PeerConnection::read_reply(PeerReplyHead head, bool& whole) {
  PeerReply reply;
  reply.message.resize(head.message_size);
  if (const auto got = co_await read(reply.message); !got) co_return std::unexpected(got.error());
  reply.body = Buffer::allocate(head.body_size);
  if (const auto got = co_await read(reply.body.mutable_view()); !got) co_return std::unexpected(got.error());
  whole = true;
  if (head.error) co_return fail(*head.error, std::string(as_text(reply.message)));
  co_return reply;
}

}  // namespace mycostr::net
