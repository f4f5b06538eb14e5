// Answers other nodes' requests: never with more bytes than came, until the address has proven itself by a
// cookie. No Asio; loop thread only. References outlive it.
#pragma once

#include "dht/calls.hpp"
#include "dht/own_record.hpp"
#include "dht/rate_limit.hpp"
#include "dht/routing_table.hpp"
#include "dht/value_store.hpp"

namespace mycostr::dht {

/// Who has asked.
struct Asker {
  Contact contact;
  bool is_proven = false;  ///< receives at that address
  bool is_server = false;
  std::uint64_t record_seq = 0;
  /// The request was so long, and its answer so short, that a Ping and its repeat may follow to that address,
  /// which an unproven one may have forged.
  bool may_be_checked = false;
};

class Responder {
 public:
  Responder(Surroundings& around, const RoutingTable& table, OwnRecord& record);

  /// Nothing where it was not answered: too much of one source (strangers get a bare cookie then, which costs
  /// no signature), or a wrong signature.
  std::optional<Asker> received(const UdpAddress& from, const wire::ReceivedDatagram& request,
                                std::size_t request_size, bool is_server);
  void tick();
  /// Whether a check waits for this nonce.
  std::function<bool(const wire::Nonce&)> is_awaited;
  /// A nonce that this node sent with CheckMe has come back from a stranger.
  std::move_only_function<void(const UdpAddress&, const wire::Nonce&)> knocked;
  /// Whether datagrams may go to an address that another node names.
  std::function<bool(const UdpAddress&)> may_ask;
  /// Asks a node of the table to knock; false where too much is asked already.
  std::function<bool(const Contact&, const wire::KnockAt&)> ask_to_knock;
  /// How many owner pointers are kept, for tests: that expired ones go shows in nothing else.
  std::size_t values() const { return values_.size(); }

 private:
  wire::DatagramBody answer(const Asker& asker, const wire::DatagramBody& request, std::size_t room);
  wire::DatagramBody nodes_near(const NodeId& target, const Asker& asker, std::size_t room) const;
  wire::DatagramBody value_or_nodes(const NodeId& key, const Asker& asker, std::size_t room) const;
  wire::DatagramBody put(const Asker& asker, const wire::PutValue& request);
  wire::DatagramBody own_record(std::size_t room);
  wire::DatagramBody pass_on(const Asker& asker, const wire::CheckMe& request);
  wire::DatagramBody knock_at(const Asker& asker, const wire::KnockAt& request);
  wire::Datagram reply_to(const UdpAddress& from, const wire::Datagram& request) const;
  void send_bare_cookie(const UdpAddress& to, const wire::Datagram& request);
  void knock(const UdpAddress& at, const wire::Nonce& nonce);

  Surroundings& around_;
  const RoutingTable& table_;
  OwnRecord& record_;
  CookieJar cookies_;
  RateLimiter proven_;
  RateLimiter unproven_;
  TotalLimiter all_unproven_;
  TotalLimiter bare_cookies_;
  TotalLimiter awaited_knocks_;
  RateLimiter knocks_asked_;  ///< by who asks for them
  RateLimiter knocks_;        ///< by where they go
  const wire::ReceiverTag self_;
  ValueStore values_;
  SteadyTime next_expiry_;
};

}  // namespace mycostr::dht
