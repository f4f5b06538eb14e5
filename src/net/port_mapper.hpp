// Asks the home router to pass the peer port on, so that nodes on the internet reach this one
// (docs/adr/0007-udp-and-port-mapping.md).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <thread>

#include "base/endpoint.hpp"
#include "base/task.hpp"
#include "net/mapped_port.hpp"

namespace mycostr::net {

/// Loop thread only; the libraries for it block, so they run on one thread of its own. Use: construct,
/// start(),
/// ..., stop(), destroy. Destroying it without stop() waits for that thread. No router is no error: it asks
/// again from time to time, and the log says what an operator can do.
class PortMapper {
 public:
  /// The address by which the internet reaches the port, TCP and UDP; nothing: no longer.
  using OnChange = std::function<void(std::optional<UdpAddress>)>;

  /// `loop` outlives it. `on_change` is called on the loop, only with something new, not after stop().
  PortMapper(boost::asio::io_context& loop, OnChange on_change, PortMapperOptions options = {});
  ~PortMapper();
  PortMapper(const PortMapper&) = delete;
  PortMapper& operator=(const PortMapper&) = delete;

  /// At most once. `listening`: where the node listens. Does nothing where no router can help: on loopback,
  /// on an address of the internet itself, on IPv6 alone.
  void start(const Endpoint& listening);
  std::optional<UdpAddress> external() const { return external_; }
  /// Gives the mapping back. Waits for the router up to 2 s; then the mapping ends with its lease. Also good
  /// without start().
  Task<> stop();

 private:
  struct Link;

  static void work(const std::stop_token& stop, const std::shared_ptr<Link>& link, MappedPort port);
  void changed(std::optional<UdpAddress> external);
  void thread_ended();
  void unlink();

  OnChange on_change_;
  const PortMapperOptions options_;
  std::optional<UdpAddress> external_;
  bool thread_ended_ = false;
  boost::asio::steady_timer ended_;
  std::shared_ptr<Link> link_;
  std::jthread thread_;  // last: it ends before what it tells
};

}  // namespace mycostr::net
