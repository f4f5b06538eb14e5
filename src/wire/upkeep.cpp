#include "wire/upkeep.hpp"

#include "mycostr/upkeep.pb.h"
#include "wire/proto_util.hpp"

namespace mycostr::wire {
namespace {

bool read_payload(ByteView payload, LostShards& out) {
  proto::LostShards message;
  if (!parse(message, payload) || !read_id(message.owner(), out.owner) ||
      !read_id(message.holder_key(), out.holder_key)) {
    return false;
  }
  const auto count = static_cast<std::size_t>(message.shards().size());
  if (count == 0 || count > kMaxShardsPerReport) return false;
  for (const auto& shard : message.shards()) {
    if (!read_id(shard, out.shards.emplace_back())) return false;
  }
  if (message.reported_unix_ms() < 0 || message.reported_unix_ms() >= (1LL << 48)) return false;
  out.reported = from_unix_ms(message.reported_unix_ms());
  return true;
}

}  // namespace

Bytes encode_lost_shards(const LostShards& report, const crypto::Identity& holder) {
  proto::LostShards message;
  message.set_owner(field_of(report.owner));
  message.set_holder_key(field_of(report.holder_key));
  for (const auto& shard : report.shards) message.add_shards(field_of(shard));
  message.set_reported_unix_ms(to_unix_ms(report.reported));
  return sign_and_encode(holder, kLostPurpose, serialize(message));
}

Result<LostShards> decode_lost_shards(ByteView bytes) {
  const auto signed_payload = decode_signed(bytes);
  if (!signed_payload) return std::unexpected(signed_payload.error());
  LostShards out;
  if (!read_payload(signed_payload->payload, out)) return malformed("report of lost shards");
  if (!crypto::verify(out.holder_key, kLostPurpose, signed_payload->payload, signed_payload->signature)) {
    return fail(Errc::invalid, "report of lost shards with a wrong signature");
  }
  return out;
}

}  // namespace mycostr::wire
