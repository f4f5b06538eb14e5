// A TCP connection whose waits are bounded: the ground that every stream stands on.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "base/time.hpp"

namespace mycostr::net {

using TcpSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using TcpEndpoint = boost::asio::ip::tcp::endpoint;

/// Loop thread only; one operation at a time. Sends and receives at once where the kernel lets it, and waits
/// only where it does not. Gives way to other tasks after each MiB. Errors: closed (ended or reset by the
/// other side, or closed here), timeout. Cancellation: throws operation_aborted; the connection stays usable.
class TcpLink {
 public:
  explicit TcpLink(TcpSocket socket);
  TcpLink(TcpLink&&) = default;
  ~TcpLink();

  /// Errors: unreachable, timeout.
  Task<Result<void>> connect(TcpEndpoint to);
  /// Some bytes; 0 where the other side has ended its sending.
  Task<Result<std::size_t>> receive(MutableBytes out);
  /// As receive; nothing where it would have to wait. Calls in a row owe give_way().
  Result<std::optional<std::size_t>> try_receive(MutableBytes out);
  /// Lets other tasks run, where much has been moved without a wait.
  Task<> give_way();
  /// All bytes of all pieces.
  Task<Result<void>> send(std::span<const ByteView> pieces);
  /// Returns when there are bytes, or the end of them.
  Task<Result<void>> wait_readable();
  /// Nothing has arrived, not even the end. False after close().
  bool quiet();
  /// Takes what arrives, up to `limit` bytes, until the other side ends.
  Task<> discard(std::uint64_t limit, MutableBytes scratch);

  /// How long one wait may last without a byte moving, from now on.
  void limit_progress(Duration limit);
  /// When every wait ends; nothing: never.
  void set_deadline(std::optional<SteadyTime> deadline);
  std::optional<SteadyTime> deadline() const;
  static SteadyTime now();

  /// Ends sending; what was sent still arrives.
  void shutdown_send();
  void close();
  /// Closes so that the other side sees a broken connection, whatever it had been sent.
  void reset();
  bool is_open() const;
  TcpSocket& socket();

 private:
  struct State;
  Task<Result<void>> wait(TcpSocket::wait_type what);

  std::shared_ptr<State> state_;  // shared with the timer's handler, which may come after the link's end
};

}  // namespace mycostr::net
