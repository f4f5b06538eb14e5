// Requests under way: each with a transaction, repeated once, given up after a while. No Asio; loop thread
// only. References outlive it.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "dht/cookies.hpp"
#include "dht/recently_asked.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/datagrams.hpp"

namespace mycostr::dht {

/// What the parts of one DHT node share.
struct Surroundings {
  Clock& clock;
  Random& random;
  Datagrams& datagrams;
  wire::DatagramSigner& signer;
  wire::NetworkTag network;
};

struct Reply {
  wire::Contact from;
  wire::DatagramBody body;
  bool is_server = false;
  std::uint64_t record_seq = 0;  ///< of that node's record
  std::optional<Duration> rtt;   ///< nothing where the request was repeated: which was answered is not known
  UdpAddress observed;           ///< the own address, as that node sees it
};

/// The request was refused until it comes with a cookie.
inline bool lacks_cookie(const Reply& reply) {
  const auto* refused = std::get_if<wire::Refused>(&reply.body);
  return refused != nullptr && refused->why == wire::Refusal::cookie;
}

/// Adaptive timeouts: a node should answer within a few times what it, or others, usually take (RFC 6298's
/// mean and deviation).
class RttEstimate {
 public:
  void add(Duration rtt);
  /// Of any node.
  Duration usual() const;
  /// Of a node whose own mean is known.
  Duration usual_for(Duration mean) const;

 private:
  double mean_s_ = 0.2;
  double deviation_s_ = 0.1;
};

class Calls {
 public:
  struct Request {
    UdpAddress to;
    std::optional<NodeId> id;  ///< nothing: whoever answers
    wire::DatagramBody body;
    std::size_t reply_size = 0;  ///< what the answer may need: without a cookie the request is padded to it
    std::optional<Duration> mean_rtt = std::nullopt;  ///< of this node, where known
    bool is_server = false;                           ///< as the request says of this node
    std::uint64_t record_seq = 0;                     ///< likewise
  };
  /// One of them is called, once; `slow` before, where the answer is late.
  struct Handlers {
    std::move_only_function<void(const Reply&)> replied;
    std::move_only_function<void()> failed;
    std::move_only_function<void()> slow = nullptr;
  };

  Calls(Surroundings& around, std::size_t cookies) : around_(around), cookies_(cookies) {}

  void start(Request request, Handlers handlers);
  /// A reply from outside. Its signature is checked only where a call waits for it. One that bears none
  /// brings a cookie only, with which the request is sent again.
  void received(const UdpAddress& from, const wire::ReceivedDatagram& datagram);
  /// What is overdue.
  void tick();
  /// SteadyTime::max(): never.
  SteadyTime next_due() const;
  bool has_lately_asked(const UdpAddress& address) {
    return recently_asked_.contains(address, around_.clock.now());
  }

 private:
  struct Call {
    wire::Transaction transaction;
    UdpAddress to;
    std::optional<NodeId> id;
    Bytes datagram;  ///< to be repeated
    Handlers handlers;
    SteadyTime sent;
    SteadyTime slow_at;
    SteadyTime failed_at;
    bool is_repeated = false;
    bool was_sent_back = false;  ///< with nothing but a cookie
  };

  void repeat(Call& call);
  void send_with(const wire::Cookie& cookie, Call& call);

  Surroundings& around_;
  CookieCache cookies_;
  RecentlyAsked recently_asked_;
  RttEstimate rtt_;
  std::vector<std::unique_ptr<Call>> calls_;
};

}  // namespace mycostr::dht
