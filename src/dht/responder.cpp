#include "dht/responder.hpp"

#include <algorithm>

namespace mycostr::dht {
namespace {

constexpr auto kExpiryCheck = std::chrono::minutes(1);
constexpr RateSettings kProvenRate{.per_second = 50, .burst = 200};
constexpr RateSettings kUnprovenRate{.per_second = 10, .burst = 50};
/// Forged senders are as many as one likes: checking all their signatures could keep a core busy.
constexpr RateSettings kAllUnprovenRate{.per_second = 500, .burst = 1000};
/// Beyond these limits; 300 KB a second, for who may have little to send with.
constexpr RateSettings kBareCookieRate{.per_second = 2000, .burst = 2000};
/// Whoever sees the nonce may send more of them than one.
constexpr RateSettings kAwaitedKnockRate{.per_second = 10, .burst = 20};
/// A knock goes to an address that somebody else names: few of them to one place, and few for one place,
/// which could use up by many addresses what others wait for.
constexpr RateSettings kKnockRate{.per_second = 0.2, .burst = 5, .counters = 128};

/// Two Pings; Nodes without any are a byte longer than one.
const std::size_t kCheckSize = 2 * (wire::nodes_reply_size(0) - 1);

/// Leaves zeros where a signature should be.
struct Unsigned final : wire::DatagramSigner {
  explicit Unsigned(const PublicKey& own) : own_key(own) {}
  const PublicKey& key() const override { return own_key; }
  Signature sign(ByteView) override { return {}; }
  bool verify(const PublicKey&, ByteView, const Signature&) override { return false; }
  const PublicKey& own_key;
};

/// How many contacts a reply of at most `room` bytes holds.
std::size_t contacts_in(std::size_t room) {
  std::size_t count = wire::kMaxContactsPerReply;
  while (count > 0 && wire::nodes_reply_size(count) > room) --count;
  return count;
}

}  // namespace

Responder::Responder(Surroundings& around, const RoutingTable& table, OwnRecord& record)
    : around_(around),
      table_(table),
      record_(record),
      cookies_(around.random),
      proven_(kProvenRate, around.random),
      unproven_(kUnprovenRate, around.random),
      all_unproven_(kAllUnprovenRate),
      bare_cookies_(kBareCookieRate),
      awaited_knocks_(kAwaitedKnockRate),
      knocks_asked_(kKnockRate, around.random),
      knocks_(kKnockRate, around.random),
      self_(wire::receiver_tag(crypto::node_id_of(around.signer.key()))),
      values_(crypto::node_id_of(around.signer.key()), table.limits().distinct_subnets) {}

std::optional<Asker> Responder::received(const UdpAddress& from, const wire::ReceivedDatagram& request,
                                         std::size_t request_size, bool is_server) {
  const auto& datagram = request.datagram;
  const bool names_receiver = datagram.receiver != wire::ReceiverTag();
  if (names_receiver && datagram.receiver != self_) return std::nullopt;  // somebody passed it on
  const bool is_proven = names_receiver && cookies_.is_valid(datagram.cookie, from);
  Asker asker{{{}, from}, is_proven, datagram.is_server, datagram.record_seq};
  // Apart, so that forged senders cannot use up what proven ones may ask.
  auto& limiter = asker.is_proven ? proven_ : unproven_;
  const auto now = around_.clock.now();
  // A knock that is waited for comes once, whatever else is sent here.
  const auto* knock = std::get_if<wire::Knock>(&datagram.body);
  const bool is_awaited_knock =
      knock != nullptr && is_awaited && is_awaited(knock->nonce) && awaited_knocks_.allow(now);
  const bool is_allowed =
      is_awaited_knock || (limiter.allow(from, now) && (asker.is_proven || all_unproven_.allow(now)));
  if (!is_allowed) {
    // Not to who names no receiver: with a cookie it would be as unproven.
    if (names_receiver && !is_proven && knock == nullptr) send_bare_cookie(from, datagram);
    return std::nullopt;
  }
  if (!around_.signer.verify(datagram.key, request.signed_bytes, request.signature)) return std::nullopt;
  asker.contact.id = crypto::node_id_of(datagram.key);
  if (knock != nullptr) {
    if (knocked) knocked(from, knock->nonce);
    return std::nullopt;
  }
  auto reply = reply_to(from, datagram);
  reply.body = answer(asker, datagram.body, asker.is_proven ? kMaxDatagram : request_size);
  reply.is_server = is_server;
  reply.record_seq = record_.seq();
  const auto encoded = wire::encode_datagram(reply, around_.signer);
  if (!asker.is_proven && encoded.size() > request_size) return std::nullopt;
  around_.datagrams.send(from, encoded);
  asker.may_be_checked = encoded.size() + kCheckSize <= request_size;
  return asker;
}

wire::Datagram Responder::reply_to(const UdpAddress& from, const wire::Datagram& request) const {
  wire::Datagram reply;
  reply.transaction = request.transaction;
  reply.network = around_.network;
  reply.cookie = cookies_.make(from);
  reply.observed = from;
  return reply;
}

/// Forged senders use up what strangers may ask; who gets the cookie comes again, and is none. It is as long
/// as the shortest request.
void Responder::send_bare_cookie(const UdpAddress& to, const wire::Datagram& request) {
  if (!bare_cookies_.allow(around_.clock.now())) return;
  auto reply = reply_to(to, request);
  reply.body = wire::Done{};
  Unsigned nobody(around_.signer.key());
  around_.datagrams.send(to, wire::encode_datagram(reply, nobody));
}

wire::DatagramBody Responder::answer(const Asker& asker, const wire::DatagramBody& request,
                                     std::size_t room) {
  if (const auto* find = std::get_if<wire::FindNodes>(&request)) return nodes_near(find->target, asker, room);
  if (const auto* get = std::get_if<wire::GetValue>(&request)) return value_or_nodes(get->key, asker, room);
  if (const auto* put_value = std::get_if<wire::PutValue>(&request)) return put(asker, *put_value);
  if (std::holds_alternative<wire::GetRecord>(request)) return own_record(room);
  if (const auto* check = std::get_if<wire::CheckMe>(&request)) return pass_on(asker, *check);
  if (const auto* at = std::get_if<wire::KnockAt>(&request)) return knock_at(asker, *at);
  return wire::Done{};
}

wire::DatagramBody Responder::nodes_near(const NodeId& target, const Asker& asker, std::size_t room) const {
  const auto most = contacts_in(room);
  if (most == 0) return wire::Refused{wire::Refusal::cookie};
  // Who asks knows itself.
  auto contacts = table_.closest(target, most + 1);
  std::erase_if(contacts, [&](const Contact& contact) { return contact.id == asker.contact.id; });
  contacts.resize(std::min(contacts.size(), most));
  return wire::Nodes{std::move(contacts)};
}

wire::DatagramBody Responder::value_or_nodes(const NodeId& key, const Asker& asker, std::size_t room) const {
  const auto* value = values_.find(key, around_.clock.wall_now());
  if (value == nullptr) return nodes_near(key, asker, room);
  if (wire::value_reply_size(value->size()) > room) return wire::Refused{wire::Refusal::cookie};
  return wire::Value{*value};
}

wire::DatagramBody Responder::put(const Asker& asker, const wire::PutValue& request) {
  if (!asker.is_proven) return wire::Refused{wire::Refusal::cookie};
  const auto refusal =
      values_.put(request.value, subnet_of(asker.contact.address.ip), around_.clock.wall_now());
  if (refusal) return wire::Refused{*refusal};
  return wire::Done{};
}

wire::DatagramBody Responder::own_record(std::size_t room) {
  auto record = record_.current();
  if (record.size() > wire::kMaxDhtValue) return wire::Refused{wire::Refusal::invalid};
  if (wire::value_reply_size(record.size()) > room) return wire::Refused{wire::Refusal::cookie};
  return wire::Value{std::move(record)};
}

/// To any node of the table but the asker. It may have spoken to that one, and will not count its knock then.
wire::DatagramBody Responder::pass_on(const Asker& asker, const wire::CheckMe& request) {
  if (!asker.is_proven) return wire::Refused{wire::Refusal::cookie};
  auto others = table_.closest(around_.random.make<NodeId>(), kBucketSize);
  std::erase_if(others, [&](const Contact& contact) { return contact.id == asker.contact.id; });
  if (others.empty()) return wire::Refused{wire::Refusal::full};
  const auto& helper = others[around_.random.below(others.size())];
  const bool is_asked = ask_to_knock && ask_to_knock(helper, {asker.contact.address, request.nonce});
  if (!is_asked) return wire::Refused{wire::Refusal::full};
  return wire::Done{};
}

/// Only for who is proven: a sender under many names would leave no knocks for the others.
wire::DatagramBody Responder::knock_at(const Asker& asker, const wire::KnockAt& request) {
  if (!asker.is_proven) return wire::Refused{wire::Refusal::cookie};
  if (!may_ask || !may_ask(request.address)) return wire::Refused{wire::Refusal::invalid};
  const auto now = around_.clock.now();
  const bool is_allowed =
      knocks_asked_.allow(asker.contact.address, now) && knocks_.allow(request.address, now);
  if (!is_allowed) return wire::Refused{wire::Refusal::full};
  knock(request.address, request.nonce);
  return wire::Done{};
}

void Responder::knock(const UdpAddress& at, const wire::Nonce& nonce) {
  wire::Datagram datagram;
  datagram.body = wire::Knock{nonce};
  datagram.transaction = around_.random.make<wire::Transaction>();
  datagram.network = around_.network;
  around_.datagrams.send(at, wire::encode_datagram(datagram, around_.signer));
}

void Responder::tick() {
  const auto now = around_.clock.now();
  cookies_.tick(around_.random, now);
  if (now < next_expiry_) return;
  next_expiry_ = now + kExpiryCheck;
  values_.drop_expired(around_.clock.wall_now());
}

}  // namespace mycostr::dht
