#include "net/listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "net/resolve.hpp"

namespace mycostr::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxRefused = 64;  // being told so at the same time; more are just closed
constexpr auto kPauseAfterFailure = std::chrono::milliseconds(100);  // no file descriptors left, mostly

/// A count that goes back by itself.
struct Counted {
  explicit Counted(std::size_t& counter) : count(counter) { ++count; }
  ~Counted() { --count; }
  std::size_t& count;
};

}  // namespace

std::string source_of(const TcpEndpoint& remote) {
  const auto address = unmapped(remote.address());
  if (!address.is_v6()) return address.to_string();
  const auto bytes = address.to_v6().to_bytes();
  return to_hex(ByteView(bytes).first(8));
}

Listener::Listener(asio::io_context& loop, const Endpoint& address, Limits limits, std::string name)
    : loop_(loop),
      acceptor_(loop),
      limits_(limits),
      name_(std::move(name)),
      tasks_(loop.get_executor(), name_) {
  const auto local = resolve_now(loop, address);
  acceptor_.open(local.protocol());
  acceptor_.set_option(asio::socket_base::reuse_address(true));
  try {
    acceptor_.bind(local);
    acceptor_.listen();
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("cannot listen at " + to_string(address) + ": " + error.code().message());
  }
}

void Listener::start(Serve serve) {
  serve_ = std::move(serve);
  tasks_.spawn(accept_all());
}

Endpoint Listener::endpoint() const {
  return to_endpoint(acceptor_.local_endpoint());
}

Task<> Listener::stop() {
  co_await tasks_.close();
  error_code ignored;
  acceptor_.close(ignored);
}

Task<> Listener::accept_all() {
  for (;;) {
    TcpSocket socket(loop_);
    const auto [error] = co_await acceptor_.async_accept(socket, asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) co_return;
    // A client that is gone again is its own affair; anything else passes, or not, but never ends the
    // service.
    if (error == asio::error::connection_aborted) continue;
    if (!error && admit(std::move(socket))) continue;
    if (error) log(LogLevel::warn, name_, "accept failed: {}", error.message());
    asio::steady_timer pause(loop_, kPauseAfterFailure);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

/// False where there is no memory for it.
bool Listener::admit(TcpSocket socket) {
  try {
    error_code gone;
    const auto remote = socket.remote_endpoint(gone);
    if (gone) return true;
    auto source = source_of(remote);
    const auto from_there = by_source_.find(source);
    const bool is_free = admitted_ < limits_.total &&
                         (from_there == by_source_.end() || from_there->second < limits_.per_source);
    if (is_free) {
      // Counted here, not in the task, which starts only after more may have been accepted.
      auto place = std::make_unique<Place>(*this, std::move(source));
      tasks_.spawn(run_admitted(std::move(socket), std::move(place)));
    } else if (refused_ < kMaxRefused) {
      tasks_.spawn(run_refused(std::move(socket)));
    }
    return true;
  } catch (const std::exception& failure) {
    log(LogLevel::error, name_, "a connection is dropped: {}", failure.what());
    return false;
  }
}

Listener::Place::Place(Listener& listener, std::string source)
    : listener_(listener), source_(std::move(source)) {
  ++listener_.by_source_[source_];
  ++listener_.admitted_;
}

Listener::Place::~Place() {
  --listener_.admitted_;
  const auto entry = listener_.by_source_.find(source_);
  if (--entry->second == 0) listener_.by_source_.erase(entry);
}

Task<> Listener::run_admitted(TcpSocket socket, std::unique_ptr<Place>) {
  co_await serve_(std::move(socket), Admission::granted);
}

Task<> Listener::run_refused(TcpSocket socket) {
  const Counted counted(refused_);
  co_await serve_(std::move(socket), Admission::refused);
}

}  // namespace mycostr::net
