#include "net/peer_server.hpp"

#include <algorithm>

#include "async/cancel.hpp"
#include "base/log.hpp"
#include "base/units.hpp"
#include "crypto/identity.hpp"
#include "net/http_connection.hpp"
#include "net/peer_protocol.hpp"
#include "net/tls_stream.hpp"

namespace mycostr::net {
namespace {

constexpr std::size_t kJoined = 64 << 10;  // smaller answers go out in one piece, copied
/// Questions are heard however little memory there is: the number of connections bounds theirs.
constexpr std::size_t kFreeMessage = 16 << 10;
constexpr std::uint64_t kLargestCall = kMaxMessageSize + kMaxChunkSize;

constexpr std::uint64_t charged(std::size_t message_size) {
  return message_size <= kFreeMessage ? 0 : message_size;
}

/// A source's part of the memory for requests: its part of the connections. With the usual limits that is 12
/// MiB, enough for the shards that an owner has on their way to one holder; those of several owners behind
/// one address take turns.
std::uint64_t part_of_source(const PeerLimits& limits) {
  const auto most = limits.incoming_memory / 2;
  const auto connections = std::max<std::uint64_t>(limits.max_incoming, 1);
  return std::min(most, limits.incoming_memory / connections * limits.max_incoming_per_source);
}

/// What one peer may take of the memory for one direction. Identities cost nothing, so its source is bounded
/// as well.
struct PeerShare {
  struct Part {
    async::Budget::Lease of_identity;
    async::Budget::Lease of_source;
  };
  std::shared_ptr<async::Budget> identity;
  std::shared_ptr<async::Budget> source;
  async::Budget& all;

  Task<Part> take(std::uint64_t size) const {
    Part part;
    // Nor does it queue behind those that take some.
    if (size == 0) co_return part;
    part.of_identity = co_await identity->take(size);
    part.of_source = co_await source->take(size);
    co_return part;
  }
  /// Nothing where it would have to wait.
  std::optional<Part> try_take(std::uint64_t size) const {
    auto [of_identity, one] = identity->try_take(size);
    auto [of_source, both] = source->try_take(size);
    if (!one || !both) return std::nullopt;
    return Part{std::move(of_identity), std::move(of_source)};
  }
};

/// What one connection's calls share.
struct Peer {
  PeerIdentity identity;
  PeerShare requests;
  PeerShare replies;
  TcpLink& link;
  const PeerLimits& limits;
};

/// Fills `out` from the request's body, not slower than is allowed.
Task<Result<void>> read_whole(HttpRequest& http, const Peer& peer, MutableBytes out) {
  if (out.empty()) co_return Result<void>();
  const auto before = peer.link.deadline();
  const std::chrono::milliseconds longest(out.size() * 1000 / peer.limits.least_rate);
  const auto due = TcpLink::now() + peer.limits.stall + longest;
  peer.link.set_deadline(before ? std::min(*before, due) : due);
  const auto got = co_await http.read_body(out);
  peer.link.set_deadline(before);
  if (!got) co_return std::unexpected(got.error());
  if (*got != out.size()) co_return fail(Errc::closed, "the body ends early");
  co_return Result<void>();
}

class IncomingCall final : public PeerRequest {
 public:
  IncomingCall(HttpRequest& http, const Peer& peer, PeerRequestHead head)
      : http_(http), peer_(peer), head_(std::move(head)) {}

  const PeerIdentity& from() const override { return peer_.identity; }
  const std::string& operation() const override { return head_.operation; }
  const Bytes& message() const override { return message_; }
  std::size_t body_size() const override { return head_.body_size; }

  Task<Result<void>> read_message() {
    if (!reserve(peer_.requests, message_lease_, charged(head_.message_size))) co_return no_memory();
    message_.resize(head_.message_size);
    co_return co_await read_whole(http_, peer_, message_);
  }

  Task<Result<Buffer>> read_body() override {
    if (std::exchange(body_taken_, true)) co_return fail(Errc::internal, "the body was read before");
    if (!reserve(peer_.requests, body_lease_, head_.body_size)) co_return no_memory();
    auto body = Buffer::allocate(head_.body_size);
    if (const auto read = co_await read_whole(http_, peer_, body.mutable_view()); !read) {
      co_return std::unexpected(read.error());
    }
    co_return body;
  }

  Task<Result<void>> reserve_reply(std::size_t bytes) override {
    // At once, or not at all: while it waited here its caller would hear nothing, and take this node for
    // gone.
    auto part = peer_.replies.try_take(bytes);
    if (!part) co_return no_memory();
    reply_part_ = std::move(*part);
    if (!reserve(peer_.replies, reply_lease_, bytes)) co_return no_memory();
    co_return Result<void>();
  }

 private:
  static std::unexpected<Error> no_memory() {
    return fail(Errc::overloaded, "too many calls at once; try again later");
  }
  static bool reserve(const PeerShare& share, async::Budget::Lease& lease, std::size_t size) {
    if (size == 0) return true;
    auto [taken, granted] = share.all.try_take(size);
    lease = std::move(taken);
    return granted;
  }

  HttpRequest& http_;
  const Peer& peer_;
  const PeerRequestHead head_;
  PeerShare::Part reply_part_;
  async::Budget::Lease reply_lease_;
  async::Budget::Lease message_lease_;
  async::Budget::Lease body_lease_;
  Bytes message_;
  bool body_taken_ = false;
};

/// One peer's connection, as HTTP sees it.
class PeerSession final : public HttpHandler {
 public:
  PeerSession(PeerHandler& handler, Peer peer) : handler_(handler), peer_(std::move(peer)) {}

  Task<> handle(HttpRequest& request, HttpResponder& responder) override {
    auto head = judge_peer_request(request.method(), request.target(),
                                   request.field("Mycostr-Message-Length"), request.content_length());
    if (!head) co_return co_await answer_error(responder, head.error());
    // All that the call may bring, at once: calls that held some of it and waited for more could wait for
    // ever.
    const auto part = co_await peer_.requests.take(charged(head->message_size) + head->body_size);
    IncomingCall call(request, peer_, std::move(*head));
    if (const auto read = co_await call.read_message(); !read) {
      co_return co_await answer_error(responder, read.error());
    }
    auto reply = co_await run_handler(call);
    if (reply && (reply->message.size() > kMaxMessageSize || reply->body.size() > kMaxChunkSize)) {
      reply = fail(Errc::internal, "the answer is longer than allowed");
    }
    if (!reply) co_return co_await answer_error(responder, reply.error());
    co_await answer(responder, std::move(*reply));
  }

  std::string problem(unsigned, std::string_view code, std::string_view detail) override {
    return std::string(code) + ": " + std::string(detail);
  }

 private:
  Task<Result<PeerReply>> run_handler(IncomingCall& call) {
    try {
      co_return co_await handler_.handle(call);
    } catch (...) {
      const auto thrown = std::current_exception();
      if (async::is_cancellation(thrown)) throw;
      log(LogLevel::error, "peer", "{} from {}: the handler threw: {}", call.operation(),
          peer_.identity.id.hex(), async::describe(thrown));
      co_return fail(Errc::internal, "a fault at the other node");
    }
  }

  Task<> answer_error(HttpResponder& responder, Error error) {
    // What went wrong inside, with its paths, is nobody else's affair.
    const bool is_inside =
        error.code == Errc::io || error.code == Errc::corrupt || error.code == Errc::internal;
    if (is_inside) {
      log(LogLevel::warn, "peer", "a call of {} failed: {}", short_hex(peer_.identity.id.view()),
          to_string(error));
      error.detail = "a fault at the other node";
    }
    if (error.detail.size() > kMaxErrorDetail) error.detail.resize(kMaxErrorDetail);
    HttpResponseHead head{.status = peer_status(error.code),
                          .fields = {{"Mycostr-Error", std::string(errc_name(error.code))}},
                          .content_length = std::nullopt};
    co_await responder.send(std::move(head), std::move(error.detail));
  }

  /// Failures to send show as a closed connection, which ends with the next read.
  Task<> answer(HttpResponder& responder, PeerReply reply) {
    HttpResponseHead head{.status = 200,
                          .fields = {{"Mycostr-Message-Length", std::to_string(reply.message.size())}},
                          .content_length = reply.message.size() + reply.body.size()};
    if (*head.content_length <= kJoined) {
      std::string joined(as_text(reply.message));
      joined += as_text(reply.body.view());
      co_await responder.send(std::move(head), std::move(joined));
      co_return;
    }
    if (!co_await responder.start(std::move(head))) co_return;
    if (!co_await responder.write(reply.message)) co_return;
    if (!co_await responder.write(reply.body.view())) co_return;
    co_await responder.finish();
  }

  PeerHandler& handler_;
  const Peer peer_;
};

}  // namespace

PeerServer::PeerServer(boost::asio::io_context& loop, const Endpoint& address, const TlsIdentity& identity,
                       const PeerLimits& limits)
    : identity_(identity),
      limits_(limits),
      requests_(limits.incoming_memory / 2, std::max(limits.incoming_memory / 8, kLargestCall),
                std::max(part_of_source(limits), kLargestCall)),
      replies_(limits.incoming_memory / 2, std::max<std::uint64_t>(limits.incoming_memory / 8, kMaxChunkSize),
               std::max<std::uint64_t>(limits.incoming_memory / 4, kMaxChunkSize)),
      listener_(loop, address, {.total = limits.max_incoming, .per_source = limits.max_incoming_per_source},
                "peer") {}

void PeerServer::start(PeerHandler& handler) {
  handler_ = &handler;
  listener_.start([this](TcpSocket socket, Listener::Admission admission) -> Task<> {
    // One too many is closed without a word: TLS would cost what is short.
    return admission == Listener::Admission::granted ? serve(std::move(socket))
                                                     : turn_away(std::move(socket));
  });
}

Task<> PeerServer::turn_away(TcpSocket) {
  co_return;
}

Task<> PeerServer::serve(TcpSocket socket) {
  boost::system::error_code gone;
  const auto source = source_of(socket.remote_endpoint(gone));
  if (gone) co_return;
  TlsStream stream(std::move(socket), identity_.server(), TlsStream::Role::server, blocks_.records);
  stream.link().limit_progress(limits_.handshake);
  stream.link().set_deadline(TcpLink::now() + limits_.handshake);
  if (const auto shaken = co_await stream.handshake(); !shaken) {
    log(LogLevel::debug, "peer", "TLS handshake: {}", to_string(shaken.error()));
    co_return;
  }
  const auto key = stream.peer_key();
  if (!key) co_return;
  struct Counted {
    std::size_t& count;
    explicit Counted(std::size_t& counter) : count(counter) { ++count; }
    ~Counted() { --count; }
  };
  const Counted counted(connections_);
  const PeerIdentity identity{crypto::node_id_of(*key), *key};
  const auto share_of = [&](Memory& memory) {
    return PeerShare{memory.by_identity.of(identity.id), memory.by_source.of(source), memory.all};
  };
  PeerSession session(*handler_, {identity, share_of(requests_), share_of(replies_), stream.link(), limits_});
  const HttpTimes times{.stall = limits_.stall, .idle = limits_.incoming_idle, .request = limits_.request};
  HttpConnection connection(stream, blocks_.heads, session, times, kMaxPeerHead);
  co_await connection.serve();
}

}  // namespace mycostr::net
