#include "net/udp_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>

#include "base/log.hpp"
#include "net/resolve.hpp"

namespace mycostr::net {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

namespace {

constexpr int kBatch = 64;              // datagrams taken before other tasks get their turn
constexpr int kSystemBuffer = 1 << 20;  // bytes, each way: the system may grant less
constexpr auto kLookUpLimit = std::chrono::seconds(5);
constexpr auto kPauseAfterFailure = std::chrono::milliseconds(100);  // out of memory, mostly

bool would_block(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

/// What an ICMP message from anywhere causes; it concerns one datagram sent, not the socket.
bool is_about_one_datagram(const error_code& error) {
  return error == asio::error::connection_refused || error == asio::error::connection_reset ||
         error == asio::error::host_unreachable || error == asio::error::network_unreachable ||
         error == asio::error::message_size;
}

IpAddress from_asio(const asio::ip::address& address) {
  if (address.is_v6()) return {address.to_v6().to_bytes()};
  const auto four = address.to_v4().to_bytes();
  return IpAddress::v4(four[0], four[1], four[2], four[3]);
}

/// A socket of IPv6 takes IPv4 addresses in their mapped form, which is ours.
udp::endpoint to_asio(const UdpAddress& address, bool on_v6) {
  const auto& bytes = address.ip.bytes;
  if (on_v6) return {asio::ip::address_v6(bytes), address.port};
  return {asio::ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]}), address.port};
}

}  // namespace

UdpSocket::UdpSocket(asio::io_context& loop, const Endpoint& address)
    : loop_(loop), socket_(loop), tasks_(loop.get_executor(), "udp") {
  try {
    const auto found = resolve_now(loop, address);
    const udp::endpoint local(found.address(), found.port());
    socket_.open(local.protocol());
    is_v6_ = found.address().is_v6();
    if (is_v6_ && found.address().is_unspecified()) socket_.set_option(asio::ip::v6_only(false));
    socket_.bind(local);
    socket_.non_blocking(true);
    const auto bound = socket_.local_endpoint();
    local_ = to_endpoint(UdpAddress{from_asio(bound.address()), bound.port()});
  } catch (const boost::system::system_error& error) {
    throw boost::system::system_error(error.code(), "cannot receive over UDP at " + to_string(address));
  }
  error_code ignored;
  socket_.set_option(asio::socket_base::receive_buffer_size(kSystemBuffer), ignored);
  socket_.set_option(asio::socket_base::send_buffer_size(kSystemBuffer), ignored);
}

void UdpSocket::send(const UdpAddress& to, ByteView bytes) {
  if (bytes.size() > kMaxDatagram) throw std::logic_error("a datagram over the limit");
  error_code error;
  if (is_v6_ || to.ip.is_v4()) {
    socket_.send_to(asio::buffer(bytes.data(), bytes.size()), to_asio(to, is_v6_), 0, error);
  } else {
    error = asio::error::address_family_not_supported;
  }
  ++(error ? counts_.dropped : counts_.sent);
}

void UdpSocket::serve(DatagramHandler& handler) {
  const bool is_first = handler_ == nullptr;
  handler_ = &handler;
  if (is_first) tasks_.spawn(receive_all());
}

Task<Result<std::vector<UdpAddress>>> UdpSocket::resolve(Endpoint endpoint) {
  const auto found = co_await net::resolve(loop_, std::move(endpoint), kLookUpLimit);
  if (!found) co_return std::unexpected(found.error());
  std::vector<UdpAddress> addresses;
  for (const auto& each : *found) addresses.push_back({from_asio(each.address()), each.port()});
  co_return addresses;
}

Task<> UdpSocket::stop() {
  co_await tasks_.close();
  error_code ignored;
  socket_.close(ignored);
}

Task<> UdpSocket::receive_all() {
  for (;;) {
    // What is still there makes this return at the loop's next turn.
    const auto [error] =
        co_await socket_.async_wait(udp::socket::wait_read, asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) co_return;
    if (!error && receive_well()) continue;
    asio::steady_timer pause(loop_, kPauseAfterFailure);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

/// No datagram ends the receiving.
bool UdpSocket::receive_well() {
  try {
    return receive_some();
  } catch (const std::exception& failure) {
    log(LogLevel::error, "udp", "a datagram is dropped: {}", failure.what());
    return false;
  }
}

bool UdpSocket::receive_some() {
  for (int i = 0; i < kBatch; ++i) {
    udp::endpoint from;
    error_code error;
    const auto size = socket_.receive_from(asio::buffer(in_), from, 0, error);
    if (would_block(error)) return true;
    if (is_about_one_datagram(error)) continue;
    if (error) {
      log(LogLevel::warn, "udp", "receiving failed: {}", error.message());
      return false;
    }
    if (size > kMaxDatagram) {
      ++counts_.dropped;
      continue;
    }
    ++counts_.received;
    handler_->received({from_asio(from.address()), from.port()}, ByteView(in_).first(size));
  }
  return true;
}

}  // namespace mycostr::net
