#include "dht/calls.hpp"

#include <algorithm>
#include <cmath>

#include "crypto/identity.hpp"

namespace mycostr::dht {
namespace {

constexpr double kMeanWeight = 1.0 / 8;
constexpr double kDeviationWeight = 1.0 / 4;
constexpr auto kLeastSlow = std::chrono::milliseconds(100);
constexpr auto kMostSlow = std::chrono::seconds(1);
/// From the repeat on: room for a slow path, and for a machine that was busy.
constexpr auto kLeastPatience = std::chrono::milliseconds(1500);

Duration of_seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

bool is_bare_cookie(const wire::ReceivedDatagram& received) {
  return received.signature == Signature() && std::holds_alternative<wire::Done>(received.datagram.body);
}

}  // namespace

void RttEstimate::add(Duration rtt) {
  const auto sample = to_seconds(rtt);
  deviation_s_ += kDeviationWeight * (std::abs(sample - mean_s_) - deviation_s_);
  mean_s_ += kMeanWeight * (sample - mean_s_);
}

Duration RttEstimate::usual() const {
  return std::clamp<Duration>(of_seconds(mean_s_ + 6 * deviation_s_), kLeastSlow, kMostSlow);
}

Duration RttEstimate::usual_for(Duration mean) const {
  return std::clamp<Duration>(std::min(4 * mean, mean + of_seconds(6 * deviation_s_)), kLeastSlow, kMostSlow);
}

void Calls::start(Request request, Handlers handlers) {
  auto call = std::make_unique<Call>();
  call->transaction = around_.random.make<wire::Transaction>();
  call->to = request.to;
  call->id = request.id;
  call->handlers = std::move(handlers);
  wire::Datagram datagram;
  datagram.body = std::move(request.body);
  datagram.is_server = request.is_server;
  datagram.record_seq = request.record_seq;
  datagram.transaction = call->transaction;
  datagram.network = around_.network;
  if (request.id) datagram.receiver = wire::receiver_tag(*request.id);
  const auto cookie = cookies_.find(request.to, around_.clock.now());
  if (cookie) datagram.cookie = *cookie;
  call->datagram = wire::encode_datagram(datagram, around_.signer, cookie ? 0 : request.reply_size);
  call->sent = around_.clock.now();
  call->slow_at = call->sent + (request.mean_rtt ? rtt_.usual_for(*request.mean_rtt) : rtt_.usual());
  call->failed_at = call->slow_at + std::max<Duration>(kLeastPatience, 2 * (call->slow_at - call->sent));
  around_.datagrams.send(call->to, call->datagram);
  recently_asked_.note(call->to, call->sent);
  calls_.push_back(std::move(call));
}

void Calls::received(const UdpAddress& from, const wire::ReceivedDatagram& received) {
  const auto& datagram = received.datagram;
  const auto at = std::ranges::find_if(calls_, [&](const auto& call) {
    return call->transaction == datagram.transaction && call->to == from;
  });
  if (at == calls_.end()) return;
  if (is_bare_cookie(received)) return send_with(datagram.cookie, **at);
  const auto id = crypto::node_id_of(datagram.key);
  // Another node at that address: what was asked for is not there. A forger cannot know the transaction.
  if (!around_.signer.verify(datagram.key, received.signed_bytes, received.signature)) return;
  const auto call = std::move(*at);
  calls_.erase(at);
  if (call->id && *call->id != id) return call->handlers.failed();
  std::optional<Duration> rtt;
  if (!call->is_repeated) rtt = around_.clock.now() - call->sent;  // Karn's rule
  if (rtt) rtt_.add(*rtt);
  cookies_.keep(from, datagram.cookie, around_.clock.now());
  call->handlers.replied(
      {{id, from}, datagram.body, datagram.is_server, datagram.record_seq, rtt, datagram.observed});
}

/// Unsigned, but who knows the transaction has seen the request: a wrong cookie is the worst that can come of
/// it, and whoever is there can as well drop what passes. Once for each call.
void Calls::send_with(const wire::Cookie& cookie, Call& call) {
  if (std::exchange(call.was_sent_back, true)) return;
  call.sent = around_.clock.now();
  cookies_.keep(call.to, cookie, call.sent);
  auto datagram = wire::decode_datagram(call.datagram)->datagram;
  datagram.cookie = cookie;
  call.datagram = wire::encode_datagram(datagram, around_.signer);
  around_.datagrams.send(call.to, call.datagram);
}

void Calls::repeat(Call& call) {
  call.is_repeated = true;
  call.sent = around_.clock.now();
  around_.datagrams.send(call.to, call.datagram);
}

void Calls::tick() {
  const auto now = around_.clock.now();
  std::vector<std::unique_ptr<Call>> over;
  std::vector<Call*> slow;
  for (auto& call : calls_) {
    if (call->failed_at <= now) {
      over.push_back(std::move(call));
    } else if (call->slow_at <= now && !call->is_repeated) {
      repeat(*call);
      slow.push_back(call.get());
    }
  }
  std::erase(calls_, nullptr);
  // Handlers start new calls, but end none.
  for (auto* call : slow) {
    if (call->handlers.slow) call->handlers.slow();
  }
  for (auto& call : over) call->handlers.failed();
}

SteadyTime Calls::next_due() const {
  auto due = SteadyTime::max();
  for (const auto& call : calls_) due = std::min(due, call->is_repeated ? call->failed_at : call->slow_at);
  return due;
}

}  // namespace mycostr::dht
