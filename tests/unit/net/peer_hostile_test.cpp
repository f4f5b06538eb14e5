// Peers that break the protocol on purpose.
#include <openssl/ssl.h>
#include <boost/asio/ip/tcp.hpp>

#include "base/units.hpp"
#include "net/tls_stream.hpp"
#include "unit/net/peer_transport_test.hpp"

namespace mycostr::net {
namespace {

using std::chrono::milliseconds;

class PeerHostileTest : public PeerTransportTest {
 protected:
  /// A node with bob's key that reads a call's head, answers `answer` to it and closes.
  struct FakePeer {
    boost::asio::ip::tcp::acceptor acceptor;
    TlsIdentity identity;
    BlockPools blocks;
    std::size_t accepted = 0;

    FakePeer(boost::asio::io_context& loop, const crypto::Identity& who)
        : acceptor(loop, {boost::asio::ip::make_address("127.0.0.1"), 0}), identity(who.seed().bytes) {}

    Task<> serve(boost::asio::io_context& loop, std::string answer) {
      for (;;) {
        TcpSocket socket(loop);
        co_await acceptor.async_accept(socket, boost::asio::use_awaitable);
        ++accepted;
        TlsStream stream(std::move(socket), identity.server(), TlsStream::Role::server, blocks.records);
        if (!co_await stream.handshake()) continue;
        Bytes block(64 << 10);
        (void)co_await stream.read_some(block);
        const std::array<ByteView, 1> pieces{as_bytes(answer)};
        if (!answer.empty()) (void)co_await stream.write(pieces);
      }
    }
  };
  /// The outcome of a call to a peer that answers like that.
  Error outcome_of(std::string answer, std::size_t body = 0) {
    caller.emplace(loop, clock, alice, std::nullopt);
    FakePeer fake(loop, bob);
    struct Ask {
      static Task<Result<PeerReply>> in(boost::asio::io_context& on, FakePeer& peer, std::string text,
                                        PeerTransport& from, PeerAddress to, std::size_t size) {
        async::TaskGroup group(on.get_executor(), "test");
        group.spawn(peer.serve(on, std::move(text)));
        auto reply =
            co_await from.call(std::move(to), {"echo", {1}, Buffer::allocate(size), kMaxChunkSize}, {});
        co_await group.close();
        co_return reply;
      }
    };
    const auto reply = run(Ask::in(loop, fake, std::move(answer), *caller,
                                   {bob.id(), {to_endpoint(fake.acceptor.local_endpoint())}}, body));
    EXPECT_EQ(fake.accepted, 1u) << "a fresh connection's failure is not retried";
    run(caller->stop());
    caller.reset();
    return reply ? Error{Errc::internal, "no error"} : reply.error();
  }
};

TEST_F(PeerHostileTest, AnswersThatBreakOffAreClosed) {
  EXPECT_EQ(outcome_of("").code, Errc::closed);
  EXPECT_EQ(outcome_of("HTTP/1.1 200").code, Errc::closed);
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 900\r\nMycostr-Message-Length: 5\r\n\r\nabc").code,
            Errc::closed);
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 900\r\nMycostr-Message-Length: 1\r\n\r\nabc").code,
            Errc::closed);
  EXPECT_EQ(outcome_of("", 4 << 20).code, Errc::closed) << "killed while the body is sent";
}

TEST_F(PeerHostileTest, AnswersThatAreNoneAreInvalid) {
  EXPECT_EQ(outcome_of("hello hello hello\r\n\r\n").code, Errc::invalid);
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\n\r\n").code, Errc::invalid);
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x')).code, Errc::invalid);
  EXPECT_EQ(
      outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\nMycostr-Message-Length: 5\r\n\r\n").code,
      Errc::invalid);
}

TEST_F(PeerHostileTest, ALongerAnswerThanAskedForIsNotTaken) {
  start();
  const auto ask = [&](std::size_t most) {
    return call(to_callee(), {"echo", {1}, Buffer::allocate(2 * kLeafSize), most});
  };
  EXPECT_EQ(ask(2 * kLeafSize - 1).error().code, Errc::invalid);
  EXPECT_EQ(ask(0).error().code, Errc::invalid);
  const auto whole = ask(2 * kLeafSize);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->body.size(), 2 * kLeafSize);
}

TEST_F(PeerHostileTest, GarbageOnThePeerPortDoesNoHarm) {
  start({.handshake = milliseconds(50)});
  struct Garbage {
    static Task<std::string> in(boost::asio::io_context& on, Endpoint to, std::string text) {
      RawClient client(on);
      co_await client.connect(to);
      co_await client.send(std::move(text));
      co_return co_await client.read_to_end();
    }
  };
  for (const auto& text : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(100'000, '\xff'),
                           std::string("\x16\x03\x01"), std::string()}) {
    (void)run(Garbage::in(loop, *callee->endpoint(), text));
  }
  EXPECT_TRUE(call("echo"));
}

/// TLS with alice's key, or with no key at all, then bytes as they are.
Task<std::string> ask(boost::asio::io_context& on, Endpoint to, ssl_ctx_st* context, std::string text) {
  BlockPools blocks;
  TlsStream stream(TcpSocket(on), context, TlsStream::Role::client, blocks.records);
  EXPECT_TRUE(co_await stream.link().connect({boost::asio::ip::make_address(to.host), to.port}));
  EXPECT_TRUE(co_await stream.handshake());
  const std::array<ByteView, 1> pieces{as_bytes(text)};
  (void)co_await stream.write(pieces);
  std::string got;
  Bytes block(64 << 10);
  for (;;) {
    const auto count = co_await stream.read_some(block);
    if (!count || *count == 0) co_return got;
    got += as_text(ByteView(block).first(*count));
  }
}

TEST_F(PeerHostileTest, NobodyComesInWithoutACertificate) {
  start();
  const SslContextPtr anonymous(SSL_CTX_new(TLS_client_method()));
  EXPECT_EQ(run(ask(loop, *callee->endpoint(), anonymous.get(), "POST /peer/1/echo HTTP/1.1\r\n\r\n")), "");
  EXPECT_EQ(handler.calls, 0u);
}

TEST_F(PeerHostileTest, CallsThatAreNoneAreRefused) {
  start();
  const TlsIdentity key(alice.seed().bytes);
  const std::string lengths = "Content-Length: 0\r\nMycostr-Message-Length: 0\r\nConnection: close\r\n\r\n";
  for (const auto& text :
       {"GET /peer/1/echo HTTP/1.1\r\nHost: x\r\n" + lengths, "POST /other HTTP/1.1\r\nHost: x\r\n" + lengths,
        std::string("POST /peer/1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n"
                    "Mycostr-Message-Length: 0\r\n\r\n"),
        std::string("nonsense\r\n\r\n")}) {
    EXPECT_TRUE(run(ask(loop, *callee->endpoint(), key.client(), text)).starts_with("HTTP/1.1 400 ")) << text;
  }
  EXPECT_EQ(handler.calls, 0u);
}

TEST_F(PeerHostileTest, AStalledBodyIsGivenUp) {
  start({.stall = milliseconds(50)});
  const TlsIdentity key(alice.seed().bytes);
  const auto got = run(ask(loop, *callee->endpoint(), key.client(),
                           "POST /peer/1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
                           "Mycostr-Message-Length: 0\r\n\r\nabc"));
  ASSERT_TRUE(handler.body_error);
  EXPECT_EQ(handler.body_error->code, Errc::timeout);
  EXPECT_TRUE(got.starts_with("HTTP/1.1 504 ")) << got;
}

TEST_F(PeerHostileTest, ABodyThatTricklesIsGivenUp) {
  start({.stall = milliseconds(100)});
  const TlsIdentity key(alice.seed().bytes);
  struct Trickle {
    static Task<std::size_t> in(boost::asio::io_context& on, Clock& time, Endpoint to, ssl_ctx_st* context) {
      BlockPools blocks;
      TlsStream stream(TcpSocket(on), context, TlsStream::Role::client, blocks.records);
      EXPECT_TRUE(co_await stream.link().connect({boost::asio::ip::make_address(to.host), to.port}));
      EXPECT_TRUE(co_await stream.handshake());
      std::string text =
          "POST /peer/1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nMycostr-Message-Length: 0\r\n\r\n";
      std::size_t sent = 0;
      for (; sent < 100 && stream.quiet(); ++sent) {
        const std::array<ByteView, 1> pieces{as_bytes(text)};
        if (!co_await stream.write(pieces)) break;
        text = "x";
        co_await time.sleep_for(milliseconds(20));
      }
      co_return sent;
    }
  };
  EXPECT_LT(run(Trickle::in(loop, clock, *callee->endpoint(), key.client())), 100U);
  ASSERT_TRUE(handler.body_error);
  EXPECT_EQ(handler.body_error->code, Errc::timeout);
}

/// Announces the largest body and sends hardly any of it.
Task<> hold_memory(boost::asio::io_context& on, Endpoint to, ssl_ctx_st* context) {
  BlockPools blocks;
  TlsStream stream(TcpSocket(on), context, TlsStream::Role::client, blocks.records);
  EXPECT_TRUE(co_await stream.link().connect({boost::asio::ip::make_address(to.host), to.port}));
  EXPECT_TRUE(co_await stream.handshake());
  const auto head = fmt::format(
      "POST /peer/1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n"
      "Mycostr-Message-Length: 0\r\n\r\nabc",
      kMaxChunkSize);
  const std::array<ByteView, 1> pieces{as_bytes(head)};
  EXPECT_TRUE(co_await stream.write(pieces));
  (void)co_await stream.wait_readable();
}

/// What `work` gives while so many connections of each identity hold what memory they get.
template <class T>
Task<T> under_attack(boost::asio::io_context& on, Clock& clock, Endpoint to, std::span<TlsIdentity> attackers,
                     std::size_t connections, Task<T> work) {
  async::TaskGroup group(on.get_executor(), "test");
  for (const auto& attacker : attackers) {
    for (std::size_t i = 0; i < connections; ++i) group.spawn(hold_memory(on, to, attacker.client()));
  }
  co_await clock.sleep_for(milliseconds(300));
  auto result = co_await std::move(work);
  co_await group.close();
  co_return result;
}

Task<std::size_t> value_of(const std::size_t& count) {
  co_return count;
}

TEST_F(PeerHostileTest, OneIdentityCannotHoldTheMemoryForAllBodies) {
  start({.max_incoming_per_source = 1024, .incoming_memory = 20 << 20});
  std::array<TlsIdentity, 1> carol{TlsIdentity(node_seed(3).bytes)};
  auto call_of_alice =
      caller->call(to_callee(), {"echo", {}, Buffer::allocate(kMaxChunkSize), kMaxChunkSize}, {});
  EXPECT_TRUE(run(under_attack(loop, clock, *callee->endpoint(), carol, 6, std::move(call_of_alice))));
  EXPECT_EQ(handler.most_running, 2U) << "one of carol's, and alice's";
}

TEST_F(PeerHostileTest, AnswersComeThoughBodiesHoldTheirMemory) {
  start({.max_incoming_per_source = 1024, .incoming_memory = 20 << 20});
  std::array<TlsIdentity, 2> many{TlsIdentity(node_seed(3).bytes), TlsIdentity(node_seed(4).bytes)};
  auto call_of_alice = caller->call(to_callee(), {"give", {}, {}, kMaxChunkSize}, {});
  EXPECT_TRUE(run(under_attack(loop, clock, *callee->endpoint(), many, 2, std::move(call_of_alice))));
}

TEST_F(PeerHostileTest, OneSourceCannotHoldTheMemoryForAllBodies) {
  start({.incoming_memory = 64 << 20});
  std::array<TlsIdentity, 4> many{TlsIdentity(node_seed(3).bytes), TlsIdentity(node_seed(4).bytes),
                                  TlsIdentity(node_seed(5).bytes), TlsIdentity(node_seed(6).bytes)};
  auto count = value_of(handler.running);
  EXPECT_EQ(run(under_attack(loop, clock, *callee->endpoint(), many, 2, std::move(count))), 2U);
}

}  // namespace
}  // namespace mycostr::net
