// Accepts connections within bounds, and ends them all together.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <functional>
#include <map>
#include <optional>

#include "async/task_group.hpp"
#include "base/endpoint.hpp"
#include "net/tcp_link.hpp"

namespace mycostr::net {

/// Whom a bound on one user counts: an IPv4 address, or an IPv6 /64.
std::string source_of(const TcpEndpoint& remote);

/// Loop thread only. stop() must have returned before it is destroyed, once start() was called.
class Listener {
 public:
  struct Limits {
    std::size_t total = 1024;
    std::size_t per_source = SIZE_MAX;  ///< as source_of() tells them apart
  };
  enum class Admission { granted, refused };
  /// Serves one connection to its end. `refused`: over the limits; say so and end. What it throws is logged.
  using Serve = std::function<Task<>(TcpSocket socket, Admission admission)>;

  /// Binds and listens; connections wait until start(). Throws boost::system::system_error.
  Listener(boost::asio::io_context& loop, const Endpoint& address, Limits limits, std::string name);

  void start(Serve serve);
  /// The real one where port 0 was asked for.
  Endpoint endpoint() const;
  /// Admitted and still open.
  std::size_t connection_count() const { return admitted_; }
  /// No more connections; cancels those that are, and awaits their ends. Also good without start().
  Task<> stop();

 private:
  /// One of the connections that there may be.
  class Place {
   public:
    Place(Listener& listener, std::string source);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Listener& listener_;
    const std::string source_;
  };

  Task<> accept_all();
  bool admit(TcpSocket socket);
  Task<> run_admitted(TcpSocket socket, std::unique_ptr<Place> place);
  Task<> run_refused(TcpSocket socket);

  boost::asio::io_context& loop_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type> acceptor_;
  const Limits limits_;
  const std::string name_;
  Serve serve_;
  async::TaskGroup tasks_;
  std::size_t admitted_ = 0;
  std::size_t refused_ = 0;
  std::map<std::string, std::size_t> by_source_;
};

}  // namespace mycostr::net
