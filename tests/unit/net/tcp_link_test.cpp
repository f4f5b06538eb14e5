// What counts as progress where the other side reads slowly.
#include "net/tcp_link.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include "unit/net/net_test.hpp"

namespace mycostr::net {
namespace {

using std::chrono::milliseconds;

class TcpLinkTest : public NetTest {
 protected:
  static constexpr std::size_t kSent = 768 << 10;  // more than both buffers hold

  /// The outcome of sending it all to somebody who takes 4 KiB each 10 ms, or nothing. The buffer here needs
  /// longer to drain by a third than the limit is; the one there is small, so that what is read counts at
  /// once.
  Result<void> send(bool reads, std::optional<Duration> deadline = {}) {
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type> acceptor(
        loop, {boost::asio::ip::make_address("127.0.0.1"), 0});
    acceptor.set_option(boost::asio::socket_base::receive_buffer_size(16 << 10));
    TcpSocket here(loop);
    TcpSocket there(loop);
    here.connect(acceptor.local_endpoint());
    acceptor.accept(there);
    here.set_option(boost::asio::socket_base::send_buffer_size(200 << 10));
    TcpLink sender(std::move(here));
    TcpLink reader(std::move(there));
    sender.limit_progress(milliseconds(150));
    if (deadline) sender.set_deadline(TcpLink::now() + *deadline);
    struct Both {
      static Task<> read(Clock& time, TcpLink& from) {
        Bytes block(4 << 10);
        for (;;) {
          const auto got = co_await from.receive(block);
          if (!got || *got == 0) co_return;
          co_await time.sleep_for(milliseconds(10));
        }
      }
      static Task<Result<void>> in(boost::asio::io_context& on, Clock& time, TcpLink& from, TcpLink& to,
                                   bool slowly) {
        async::TaskGroup group(on.get_executor(), "test");
        if (slowly) group.spawn(read(time, to));
        const Bytes bytes(kSent);
        const std::array<ByteView, 1> pieces{bytes};
        auto sent = co_await from.send(pieces);
        co_await group.close();
        co_return sent;
      }
    };
    return run(Both::in(loop, clock, sender, reader, reads));
  }
};

TEST_F(TcpLinkTest, ASlowReaderIsServedToTheEnd) {
  const auto sent = send(true);
  EXPECT_TRUE(sent) << to_string(sent.error());
}

TEST_F(TcpLinkTest, OneThatTakesNothingIsNot) {
  const auto sent = send(false);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::timeout);
}

TEST_F(TcpLinkTest, ProgressDoesNotMoveTheDeadline) {
  const auto sent = send(true, milliseconds(400));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Errc::timeout);
}

}  // namespace
}  // namespace mycostr::net
