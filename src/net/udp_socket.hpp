// Datagrams between nodes over UDP: the daemon's Datagrams.
#pragma once

#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>

#include "async/task_group.hpp"
#include "mycostr/datagrams.hpp"

namespace mycostr::net {

/// Loop thread only. Use: construct, serve(), ..., stop(), destroy. stop() must have returned before it is
/// destroyed, once it served. What the network says about datagrams that did not arrive (ICMP) is ignored: it
/// is as forgeable as they are.
class UdpSocket final : public Datagrams {
 public:
  struct Counts {
    std::uint64_t received = 0;  ///< handed to the handler
    std::uint64_t sent = 0;      ///< taken by the system
    std::uint64_t dropped = 0;   ///< came too long, or the system did not take them
  };

  /// `loop` outlives it. Binds at once; "::" takes IPv4 as well. What arrives waits until serve(). Throws
  /// boost::system::system_error where the address cannot be had, with a message for the operator.
  UdpSocket(boost::asio::io_context& loop, const Endpoint& address);

  /// Also drops what the socket's version of IP cannot reach. REQUIRES: bytes.size() <= kMaxDatagram
  void send(const UdpAddress& to, ByteView bytes) override;
  void serve(DatagramHandler& handler) override;
  /// Up to 5 s. Cancellation: returns at once.
  Task<Result<std::vector<UdpAddress>>> resolve(Endpoint endpoint) override;

  /// The real one where port 0 was asked for.
  Endpoint endpoint() const { return local_; }
  const Counts& counts() const { return counts_; }
  /// Receives no more, and closes; what is sent afterwards is dropped. Also good without serve().
  Task<> stop();

 private:
  using Udp = boost::asio::ip::udp;

  Task<> receive_all();
  /// A bounded number of those that are there. False where the socket fails.
  bool receive_some();
  bool receive_well();

  boost::asio::io_context& loop_;
  boost::asio::basic_datagram_socket<Udp, boost::asio::io_context::executor_type> socket_;
  bool is_v6_ = false;
  Endpoint local_;
  async::TaskGroup tasks_;
  DatagramHandler* handler_ = nullptr;
  Counts counts_;
  std::array<std::uint8_t, kMaxDatagram + 1> in_;  // one more shows what is too long
};

}  // namespace mycostr::net
