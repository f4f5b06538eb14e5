// Meeting one node at an address that a person gave: over TLS, so that it is the one meant.
#include "dht/service.hpp"
#include "wire/messages.hpp"

namespace mycostr::dht {

Task<Result<NodeId>> Service::introduce(PeerAddress address) {
  const auto started = around_.clock.now();
  const auto endpoints = address.endpoints;
  PeerCall call{wire::operations::kHello, wire::encode(wire::Hello{own_.current()}), {}};
  auto reply = co_await transport_.call(std::move(address), std::move(call), settings_.call);
  if (!reply) co_return std::unexpected(reply.error());
  const auto met = take_hello(*reply, around_.clock.now() - started);
  if (!met) co_return met;
  // It serves datagrams on the same port.
  for (const auto& endpoint : endpoints) {
    if (const auto addresses = co_await around_.datagrams.resolve(endpoint)) kademlia_.join(*addresses);
  }
  wake();
  co_return met;
}

Result<NodeId> Service::take_hello(const PeerReply& reply, Duration rtt) {
  const auto hello = wire::decode_hello(reply.message);
  if (!hello) return std::unexpected(hello.error());
  if (const auto learned = directory_.learn(hello->record, around_.clock.wall_now());
      !learned && learned.error().code == Errc::invalid) {
    return std::unexpected(learned.error());
  }
  const auto& id = reply.from.id;
  if (directory_.find(id) == nullptr) {
    return fail(Errc::conflict, "the node that answers is of another network or sent another node's record");
  }
  directory_.answered(id, rtt, around_.clock.now(), around_.clock.wall_now());
  directory_.probe_later(id, around_.clock.now() + settings_.probe_interval);
  save_soon();
  return id;
}

Task<Result<PeerReply>> Service::handle_hello(PeerRequest& request) {
  const auto hello = wire::decode_hello(request.message());
  if (!hello) co_return std::unexpected(hello.error());
  const auto record = wire::decode_trusted_record(hello->record);
  if (!record) co_return std::unexpected(record.error());
  if (record->public_key != request.from().key)
    co_return fail(Errc::forbidden, "the record is another node's");
  if (record->network_id != directory_.network_id()) {
    co_return fail(Errc::conflict, "this node is of network \"" + directory_.network_id() + "\"");
  }
  const auto learned = directory_.learn(hello->record, around_.clock.wall_now());
  if (!learned && learned.error().code == Errc::invalid) co_return std::unexpected(learned.error());
  save_soon();
  co_return PeerReply{wire::encode(wire::Hello{own_.current()}), {}, {}};
}

}  // namespace mycostr::dht
