#include "wire/node_record.hpp"

#include <algorithm>

#include "mycostr/peer.pb.h"
#include "wire/proto_util.hpp"

namespace mycostr::wire {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kHolderCapability = 1;
constexpr std::uint32_t kDrainingCapability = 2;

bool is_plain_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

Result<NodeRecord> read_payload(ByteView payload) {
  proto::NodeRecord message;
  NodeRecord out;
  const bool fits = parse(message, payload) && message.version() == kVersion &&
                    read_id(message.public_key(), out.public_key) &&
                    read_endpoints(message.endpoints(), kMaxEndpoints, out.endpoints) &&
                    message.location().size() <= kMaxLocationSize && is_plain_text(message.location()) &&
                    message.network_id().size() <= kMaxNetworkIdSize && is_plain_text(message.network_id()) &&
                    message.free_bytes() <= message.capacity_bytes() && message.expires_unix_ms() >= 0 &&
                    message.expires_unix_ms() < (1LL << 48);
  if (!fits) return malformed("node record");
  out.seq = message.seq();
  out.is_holder = (message.capabilities() & kHolderCapability) != 0;
  out.is_draining = (message.capabilities() & kDrainingCapability) != 0;
  out.location = message.location();
  out.capacity = {message.capacity_bytes()};
  out.free = {message.free_bytes()};
  out.price_msat_per_tb_month = message.price_msat_per_tb_month();
  out.expires = from_unix_ms(message.expires_unix_ms());
  out.network_id = message.network_id();
  return out;
}

}  // namespace

Bytes encode_record(const NodeRecord& record, const crypto::Identity& identity) {
  proto::NodeRecord message;
  message.set_version(kVersion);
  message.set_seq(record.seq);
  message.set_public_key(field_of(record.public_key));
  for (const auto& endpoint : record.endpoints) {
    auto* added = message.add_endpoints();
    added->set_host(endpoint.host);
    added->set_port(endpoint.port);
  }
  message.set_capabilities((record.is_holder ? kHolderCapability : 0) |
                           (record.is_draining ? kDrainingCapability : 0));
  message.set_location(record.location);
  message.set_capacity_bytes(record.capacity.value);
  message.set_free_bytes(record.free.value);
  message.set_price_msat_per_tb_month(record.price_msat_per_tb_month);
  message.set_expires_unix_ms(to_unix_ms(record.expires));
  message.set_network_id(record.network_id);
  return sign_and_encode(identity, kRecordPurpose, serialize(message));
}

Result<NodeRecord> decode_trusted_record(ByteView bytes) {
  if (bytes.size() > kMaxRecordSize) return malformed("node record");
  const auto signed_payload = decode_signed(bytes);
  if (!signed_payload) return std::unexpected(signed_payload.error());
  return read_payload(signed_payload->payload);
}

Result<NodeRecord> decode_record(ByteView bytes) {
  auto record = decode_trusted_record(bytes);
  if (!record) return record;
  const auto signed_payload = decode_signed(bytes);
  if (!crypto::verify(record->public_key, kRecordPurpose, signed_payload->payload,
                      signed_payload->signature)) {
    return fail(Errc::invalid, "node record with a wrong signature");
  }
  return record;
}

}  // namespace mycostr::wire
