// Routers on this machine's loopback, as port_mapper_test needs them.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace mycostr::net {

/// "TCP 4081" -> "127.0.0.1:4081 3600"
using MappedPorts = std::map<std::string, std::string>;

/// What a test tells it and asks it, from any thread.
struct RouterState {
  std::string external_address = "11.22.33.44";
  std::set<std::string> taken;  ///< "TCP 4081"
  bool only_permanent = false;
  bool refuses = false;
  bool is_dumb = false;   ///< takes calls and answers nothing
  int other_port = 0;     ///< NAT-PMP: added to what is wished for TCP
  int stray_answers = 0;  ///< NAT-PMP: sent before each right one
  unsigned grants = 0;    ///< NAT-PMP: seconds; 0: what is wished
  MappedPorts ports;
  int calls = 0;
};

template <class State>
class Guarded {
 public:
  template <class Use>
  auto with(Use use) {
    const std::lock_guard lock(mutex_);
    return use(state_);
  }

 private:
  std::mutex mutex_;
  State state_;
};

/// An Internet Gateway Device: HTTP and SOAP, on a thread of its own.
class FakeIgd {
 public:
  FakeIgd();
  ~FakeIgd();
  std::string url() const;
  Guarded<RouterState> state;

 private:
  void accept();
  void answer(boost::asio::ip::tcp::socket& socket);
  std::string respond(const std::string& head, const std::string& body);
  static std::string act(RouterState& state, const std::string& action, const std::string& body);

  boost::asio::io_context loop_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::set<std::shared_ptr<boost::asio::ip::tcp::socket>> unanswered_;
  std::thread thread_;
};

/// A NAT-PMP gateway at 127.0.0.1, on a thread of its own. The port is fixed: throws
/// boost::system::system_error where it is taken.
class FakeGateway {
 public:
  FakeGateway();
  ~FakeGateway();
  Guarded<RouterState> state;

 private:
  void receive();
  std::string respond(const std::string& call);

  boost::asio::io_context loop_{1};
  boost::asio::ip::udp::socket socket_;
  boost::asio::ip::udp::endpoint from_;
  std::array<char, 64> in_{};
  std::thread thread_;
};

}  // namespace mycostr::net
