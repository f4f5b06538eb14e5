#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <ctime>
#include <exception>
#include <stdexcept>
#include <thread>

#include "base/buffer.hpp"
#include "limits.hpp"
#include "net/tls_identity.hpp"
#include "net/tls_stream.hpp"

namespace mycostr::bench {
namespace {

constexpr std::uint64_t kTotal = 4ULL << 30;
constexpr std::size_t kPiece = 1 << 20;
using Acceptor =
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

void require(const Result<void>& done) {
  if (!done) throw std::runtime_error(to_string(done.error()));
}

Task<> shake(net::Stream& stream) {
  if (auto* tls = dynamic_cast<net::TlsStream*>(&stream)) require(co_await tls->handshake());
}

/// GB/s of the thread's CPU time, without the handshake.
Task<> send_all(net::Stream& stream, double& rate) {
  co_await shake(stream);
  auto piece = Buffer::allocate(kPiece);
  std::ranges::fill(piece.mutable_view(), std::uint8_t{7});
  const auto before = thread_cpu_seconds();
  for (std::uint64_t sent = 0; sent < kTotal; sent += kPiece) {
    const std::array<ByteView, 1> pieces{piece.view()};
    require(co_await stream.write(pieces));
  }
  rate = static_cast<double>(kTotal) / (thread_cpu_seconds() - before) / 1e9;
}

Task<> receive_all(net::Stream& stream, double& rate) {
  co_await shake(stream);
  auto piece = Buffer::allocate(kPiece);
  const auto before = thread_cpu_seconds();
  for (std::uint64_t received = 0; received < kTotal; received += kPiece) {
    require(co_await net::read_exactly(stream, piece.mutable_view()));
  }
  rate = static_cast<double>(kTotal) / (thread_cpu_seconds() - before) / 1e9;
}

/// Runs `task` on `loop`, which is this thread's from then on.
void run(boost::asio::io_context& loop, Task<> task) {
  std::exception_ptr thrown;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr e) { thrown = e; });
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
}

struct Ends {
  boost::asio::io_context sender_loop{1};
  boost::asio::io_context receiver_loop{1};
  net::TcpSocket sender{sender_loop};
  net::TcpSocket receiver{receiver_loop};

  Ends() {
    Acceptor acceptor(receiver_loop, net::TcpEndpoint(boost::asio::ip::make_address("127.0.0.1"), 0));
    sender.connect(acceptor.local_endpoint());
    acceptor.accept(receiver);
  }
};

Sides measure(Ends& ends, net::Stream& sender, net::Stream& receiver) {
  Sides sides;
  std::exception_ptr failed;
  std::jthread other([&] {
    try {
      run(ends.receiver_loop, receive_all(receiver, sides.receive));
    } catch (...) {
      failed = std::current_exception();
    }
  });
  run(ends.sender_loop, send_all(sender, sides.send));
  other.join();
  if (failed) std::rethrow_exception(failed);
  return sides;
}

}  // namespace

double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

Sides measure_tls() {
  const std::array<std::uint8_t, 32> seed{1};
  const net::TlsIdentity identity(seed);
  net::BlockPools sender_blocks, receiver_blocks;
  Ends ends;
  net::TlsStream sender(std::move(ends.sender), identity.client(), net::TlsStream::Role::client,
                        sender_blocks.records);
  net::TlsStream receiver(std::move(ends.receiver), identity.server(), net::TlsStream::Role::server,
                          receiver_blocks.records);
  return measure(ends, sender, receiver);
}

Sides measure_tcp() {
  Ends ends;
  net::TcpStream sender(std::move(ends.sender));
  net::TcpStream receiver(std::move(ends.receiver));
  return measure(ends, sender, receiver);
}

}  // namespace mycostr::bench
