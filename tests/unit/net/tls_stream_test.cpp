#include "net/tls_stream.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include "crypto/identity.hpp"
#include "net/tls_identity.hpp"
#include "support/seeded_random.hpp"
#include "unit/net/net_test.hpp"

namespace mycostr::net {
namespace {

crypto::Identity::Seed seed_of(std::uint8_t first) {
  crypto::Identity::Seed seed;
  seed.bytes[0] = first;
  return seed;
}

class TlsStreamTest : public NetTest {
 protected:
  using Acceptor =
      boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

  /// Two ends of one TCP connection, both plain.
  void connect() {
    TcpSocket here(loop);
    TcpSocket there(loop);
    here.connect(acceptor.local_endpoint());
    acceptor.accept(there);
    client_socket.emplace(std::move(here));
    server_socket.emplace(std::move(there));
  }
  void make_streams() {
    connect();
    client.emplace(std::move(*client_socket), alice.client(), TlsStream::Role::client, blocks.records);
    server.emplace(std::move(*server_socket), bob.server(), TlsStream::Role::server, blocks.records);
  }
  /// Both tasks to their ends.
  void run_both(Task<> one, Task<> other) {
    struct Both {
      static Task<> in(boost::asio::io_context& on, Task<> first, Task<> second) {
        async::TaskGroup group(on.get_executor(), "test");
        group.spawn(std::move(first));
        co_await std::move(second);
        co_await group.join();
      }
    };
    run(Both::in(loop, std::move(one), std::move(other)));
  }
  static Task<> shake(TlsStream& stream, Result<void>& out) { out = co_await stream.handshake(); }
  void shake_both() {
    make_streams();
    Result<void> one, other;
    run_both(shake(*client, one), shake(*server, other));
    ASSERT_TRUE(one) << to_string(one.error());
    ASSERT_TRUE(other) << to_string(other.error());
  }

  TlsIdentity alice{seed_of(1).bytes};
  TlsIdentity bob{seed_of(2).bytes};
  BlockPools blocks;
  Acceptor acceptor{loop, TcpEndpoint(boost::asio::ip::make_address("127.0.0.1"), 0)};
  std::optional<TcpSocket> client_socket;
  std::optional<TcpSocket> server_socket;
  std::optional<TlsStream> client;
  std::optional<TlsStream> server;
};

TEST_F(TlsStreamTest, BothSidesLearnTheOthersKey) {
  shake_both();
  EXPECT_EQ(client->peer_key(), crypto::Identity(seed_of(2)).public_key());
  EXPECT_EQ(server->peer_key(), crypto::Identity(seed_of(1)).public_key());
}

TEST_F(TlsStreamTest, CarriesBytesUnchangedInBothDirections) {
  shake_both();
  test::SeededRandom random(7);
  const auto large = random.bytes((4 << 20) + 17);
  const auto small = random.bytes(100);
  const auto medium = random.bytes(16385);
  struct Side {
    static Task<> send(TlsStream& stream, const Bytes& a, const Bytes& b, const Bytes& c) {
      const std::array<ByteView, 6> pieces{a, {}, b, c, a, {}};
      const auto sent = co_await stream.write(pieces);
      EXPECT_TRUE(sent);
      EXPECT_TRUE(co_await stream.shutdown());
    }
    static Task<> receive(TlsStream& stream, Bytes& out, std::size_t step) {
      Bytes block(step);
      for (;;) {
        EXPECT_TRUE(co_await stream.wait_readable());
        const auto got = co_await stream.read_some(block);
        if (!got) {
          ADD_FAILURE() << to_string(got.error());
          co_return;
        }
        if (*got == 0) co_return;
        out.insert(out.end(), block.begin(), block.begin() + *got);
      }
    }
  };
  Bytes want;
  for (const auto* part : {&small, &medium, &large, &small})
    want.insert(want.end(), part->begin(), part->end());
  Bytes got;
  run_both(Side::send(*client, small, medium, large), Side::receive(*server, got, 300'001));
  EXPECT_TRUE(got == want);
  got.clear();
  run_both(Side::send(*server, small, medium, large), Side::receive(*client, got, 999));
  EXPECT_TRUE(got == want);
}

TEST_F(TlsStreamTest, HeadAndBodyAreOneRecord) {
  shake_both();
  const std::string head(300, 'h');
  const std::string body(900, 'b');
  const std::array<ByteView, 2> pieces{as_bytes(head), as_bytes(body)};
  run([](TlsStream& stream, std::span<const ByteView> what) -> Task<> {
    EXPECT_TRUE(co_await stream.write(what));
  }(*client, pieces));
  Bytes wire(4096);
  const auto count = server->link().socket().receive(boost::asio::buffer(wire));
  EXPECT_EQ(count, 1200u + 22u) << "5 bytes of record head, 1 of type, 16 of tag";
}

TEST_F(TlsStreamTest, SeesTheDifferenceBetweenAnEndAndACut) {
  shake_both();
  client->link().close();
  run([](TlsStream& stream) -> Task<> {
    Bytes block(10);
    const auto got = co_await stream.read_some(block);
    EXPECT_FALSE(got);
    if (!got) EXPECT_EQ(got.error().code, Errc::closed);
  }(*server));
}

TEST_F(TlsStreamTest, GarbageIsRefused) {
  connect();
  server.emplace(std::move(*server_socket), bob.server(), TlsStream::Role::server, blocks.records);
  client_socket->send(boost::asio::buffer(std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
  Result<void> outcome;
  run(shake(*server, outcome));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::invalid);
}

TEST_F(TlsStreamTest, DamagedRecordsAreRefused) {
  shake_both();
  Bytes record(100, 0x55);
  record[0] = 23, record[1] = 3, record[2] = 3, record[3] = 0, record[4] = 95;
  client->link().socket().send(boost::asio::buffer(record));
  run([](TlsStream& stream) -> Task<> {
    Bytes block(10);
    const auto got = co_await stream.read_some(block);
    EXPECT_FALSE(got);
    if (!got) EXPECT_EQ(got.error().code, Errc::invalid);
  }(*server));
}

TEST_F(TlsStreamTest, ASilentPeerTimesOut) {
  connect();
  server.emplace(std::move(*server_socket), bob.server(), TlsStream::Role::server, blocks.records);
  server->link().limit_progress(std::chrono::milliseconds(30));
  Result<void> outcome;
  run(shake(*server, outcome));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::timeout);
}

TEST_F(TlsStreamTest, CancellationThrows) {
  shake_both();
  struct Cancelled {
    static Task<> read(TlsStream& stream, bool& thrown) {
      Bytes block(10);
      try {
        (void)co_await stream.read_some(block);
      } catch (const boost::system::system_error& error) {
        thrown = error.code() == boost::asio::error::operation_aborted;
        throw;
      }
    }
    static Task<> in(boost::asio::io_context& on, Clock& time, TlsStream& stream, bool& thrown) {
      async::TaskGroup group(on.get_executor(), "test");
      group.spawn(read(stream, thrown));
      co_await time.sleep_for(std::chrono::milliseconds(5));
      co_await group.close();
    }
  };
  bool thrown = false;
  run(Cancelled::in(loop, clock, *server, thrown));
  EXPECT_TRUE(thrown);
}

}  // namespace
}  // namespace mycostr::net
