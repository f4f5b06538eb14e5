#include "net/tcp_link.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace mycostr::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kTurn = 1 << 20;    // bytes moved without a wait before other tasks get their turn
constexpr std::size_t kLeast = 16 << 10;  // what even a small operation counts for
constexpr std::size_t kMaxPieces = 8;     // pieces per send
constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

bool would_block(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

/// The next pieces to send, as the socket wants them.
struct Gather {
  std::array<asio::const_buffer, kMaxPieces> buffers;
  std::size_t count = 0;
  const asio::const_buffer* begin() const { return buffers.data(); }
  const asio::const_buffer* end() const { return buffers.data() + count; }
  using value_type = asio::const_buffer;
  using const_iterator = const asio::const_buffer*;
};

Gather gather(std::span<const ByteView> pieces, std::size_t skip) {
  Gather out;
  for (const auto piece : pieces) {
    const auto rest = piece.subspan(std::min(skip, piece.size()));
    skip -= piece.size() - rest.size();
    if (rest.empty()) continue;
    out.buffers[out.count++] = asio::const_buffer(rest.data(), rest.size());
    if (out.count == kMaxPieces) break;
  }
  return out;
}

}  // namespace

/// One timer per connection. It is set again only where it would ring too late: a wait that begins merely
/// moves `due`, and a timer that rings early sees that and goes on. A socket becomes writable only once about
/// a third of its buffer has gone out, which a slow reader may take longer for than the limit: what goes out
/// meanwhile is progress as well.
struct TcpLink::State : std::enable_shared_from_this<State> {
  explicit State(TcpSocket connected) : socket(std::move(connected)), timer(socket.get_executor()) {}

  TcpSocket socket;
  asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                             asio::io_context::executor_type>
      timer;
  Duration limit = std::chrono::seconds(30);
  std::optional<SteadyTime> deadline;
  SteadyTime due{};
  SteadyTime rings_at{};
  bool is_set = false;
  bool waiting = false;
  bool overdue = false;
  std::size_t moved = 0;
  std::optional<int> unsent;  // at the last look, in a wait for writing

  void begin_wait(bool for_writing) {
    waiting = true;
    overdue = false;
    moved = 0;
    unsent = for_writing ? count_unsent() : std::nullopt;
    move_due();
    if (!is_set || rings_at > due) set_timer();
  }
  void move_due() {
    due = now() + limit;
    if (deadline) due = std::min(due, *deadline);
  }
  /// Bytes that the other side's system has not taken yet.
  std::optional<int> count_unsent() {
    int bytes = 0;
    if (::ioctl(socket.native_handle(), SIOCOUTQ, &bytes) != 0) return std::nullopt;
    return bytes;
  }
  bool has_sent_some() {
    if (!unsent) return false;
    const auto before = *std::exchange(unsent, count_unsent());
    return unsent && *unsent < before;
  }
  void set_timer() {
    is_set = true;
    rings_at = due;
    timer.expires_at(due);
    timer.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (self && !error) self->ring();
    });
  }
  void ring() {
    is_set = false;
    if (!waiting) return;
    if (now() < due) return set_timer();
    if (has_sent_some()) move_due();
    if (now() < due) return set_timer();
    overdue = true;
    error_code ignored;
    socket.cancel(ignored);
  }
  /// The failure that an ended wait stands for. Throws where the task itself was cancelled.
  Error failure(const error_code& error, Errc otherwise) const {
    if (error == asio::error::operation_aborted) {
      if (overdue) return {Errc::timeout, "no progress on the connection"};
      if (socket.is_open()) throw boost::system::system_error(error);
      return {Errc::closed, "connection closed"};
    }
    return {otherwise, error.message()};
  }

  /// A wait's beginning and end, also where it ends by an exception.
  struct Waiting {
    explicit Waiting(State& of, bool for_writing = false) : state(of) { state.begin_wait(for_writing); }
    ~Waiting() { state.waiting = false; }
    State& state;
  };
};

TcpLink::TcpLink(TcpSocket socket) : state_(std::make_shared<State>(std::move(socket))) {
  if (!state_->socket.is_open()) return;
  error_code ignored;  // a connection that is gone already says so at its first use
  state_->socket.non_blocking(true, ignored);
  state_->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
}

TcpLink::~TcpLink() {
  if (state_) close();
}

Task<Result<void>> TcpLink::connect(TcpEndpoint to) {
  auto& state = *state_;
  error_code error;
  state.socket.open(to.protocol(), error);
  if (error) co_return fail(Errc::unreachable, error.message());
  state.socket.non_blocking(true, error);
  state.socket.set_option(asio::ip::tcp::no_delay(true), error);
  const State::Waiting waiting(state);
  const auto [outcome] = co_await state.socket.async_connect(to, kToken);
  if (outcome) co_return std::unexpected(state.failure(outcome, Errc::unreachable));
  co_return Result<void>();
}

Task<Result<void>> TcpLink::wait(TcpSocket::wait_type what) {
  auto& state = *state_;
  if (!state.socket.is_open()) co_return fail(Errc::closed, "connection closed");
  const State::Waiting waiting(state, what == TcpSocket::wait_write);
  const auto [error] = co_await state.socket.async_wait(what, kToken);
  if (error) co_return std::unexpected(state.failure(error, Errc::closed));
  co_return Result<void>();
}

Task<Result<void>> TcpLink::wait_readable() {
  return wait(TcpSocket::wait_read);
}

Task<> TcpLink::give_way() {
  if (state_->moved < kTurn) co_return;
  state_->moved = 0;
  co_await asio::post(state_->socket.get_executor(), asio::use_awaitable);
}

Result<std::optional<std::size_t>> TcpLink::try_receive(MutableBytes out) {
  error_code error;
  const auto count = state_->socket.read_some(asio::buffer(out.data(), out.size()), error);
  if (would_block(error)) return std::nullopt;
  if (error && error != asio::error::eof) return fail(Errc::closed, error.message());
  state_->moved += std::max(count, kLeast);
  return count;
}

Task<Result<std::size_t>> TcpLink::receive(MutableBytes out) {
  for (;;) {
    const auto got = try_receive(out);
    if (!got) co_return std::unexpected(got.error());
    if (*got) {
      if (state_->moved >= kTurn) co_await give_way();
      co_return **got;
    }
    if (const auto ready = co_await wait_readable(); !ready) co_return std::unexpected(ready.error());
  }
}

Task<Result<void>> TcpLink::send(std::span<const ByteView> pieces) {
  std::size_t total = 0;
  for (const auto piece : pieces) total += piece.size();
  for (std::size_t sent = 0; sent < total;) {
    error_code error;
    const auto count = state_->socket.write_some(gather(pieces, sent), error);
    if (!error) {
      sent += count;
      state_->moved += std::max(count, kLeast);
      if (state_->moved >= kTurn) co_await give_way();
    } else if (would_block(error)) {
      if (const auto ready = co_await wait(TcpSocket::wait_write); !ready)
        co_return std::unexpected(ready.error());
    } else {
      co_return fail(Errc::closed, error.message());
    }
  }
  co_return Result<void>();
}

bool TcpLink::quiet() {
  if (!is_open()) return false;
  std::uint8_t byte = 0;
  error_code error;
  state_->socket.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, error);
  return would_block(error);
}

Task<> TcpLink::discard(std::uint64_t limit, MutableBytes scratch) {
  for (std::uint64_t taken = 0; taken < limit;) {
    const auto got = co_await receive(scratch);
    if (!got || *got == 0) co_return;
    taken += *got;
  }
}

void TcpLink::limit_progress(Duration limit) {
  state_->limit = limit;
}
void TcpLink::set_deadline(std::optional<SteadyTime> deadline) {
  state_->deadline = deadline;
}
std::optional<SteadyTime> TcpLink::deadline() const {
  return state_->deadline;
}
SteadyTime TcpLink::now() {
  return std::chrono::steady_clock::now();
}

void TcpLink::shutdown_send() {
  error_code ignored;
  state_->socket.shutdown(TcpSocket::shutdown_send, ignored);
}

void TcpLink::close() {
  error_code ignored;
  state_->socket.close(ignored);
  state_->timer.cancel();
}

void TcpLink::reset() {
  error_code ignored;
  if (is_open()) state_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

bool TcpLink::is_open() const {
  return state_->socket.is_open();
}
TcpSocket& TcpLink::socket() {
  return state_->socket;
}

}  // namespace mycostr::net
