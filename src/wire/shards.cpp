#include "mycostr/peer.pb.h"
#include "wire/messages.hpp"
#include "wire/proto_util.hpp"

namespace mycostr::wire {
namespace {

template <class Field>
bool read_shards(const Field& field, std::size_t most, std::vector<ShardId>& out) {
  if (static_cast<std::size_t>(field.size()) > most) return false;
  out.resize(static_cast<std::size_t>(field.size()));
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!read_id(field[static_cast<int>(i)], out[i])) return false;
  }
  return true;
}

bool is_possible_time(std::int64_t unix_ms) {
  return unix_ms >= 0 && unix_ms < (1LL << 48);
}

}  // namespace

Bytes encode_receipt(const Receipt& receipt, const crypto::Identity& holder) {
  proto::Receipt message;
  message.set_owner(field_of(receipt.owner));
  message.set_holder_key(field_of(receipt.holder_key));
  message.set_shard(field_of(receipt.shard));
  message.set_size(receipt.size.value);
  message.set_stored_unix_ms(to_unix_ms(receipt.stored));
  return sign_and_encode(holder, kReceiptPurpose, serialize(message));
}

Result<SignedReceipt> decode_receipt(ByteView bytes) {
  const auto signed_payload = decode_signed(bytes);
  if (!signed_payload) return std::unexpected(signed_payload.error());
  proto::Receipt message;
  Receipt out;
  const bool fits = parse(message, signed_payload->payload) && read_id(message.owner(), out.owner) &&
                    read_id(message.holder_key(), out.holder_key) && read_id(message.shard(), out.shard) &&
                    message.size() <= kMaxChunkSize && is_possible_time(message.stored_unix_ms());
  if (!fits) return malformed("receipt");
  out.size = {message.size()};
  out.stored = from_unix_ms(message.stored_unix_ms());
  if (!crypto::verify(out.holder_key, kReceiptPurpose, signed_payload->payload, signed_payload->signature)) {
    return fail(Errc::invalid, "receipt with a wrong signature");
  }
  return SignedReceipt{out, signed_payload->signature};
}

Bytes encode_grant(const Grant& grant, const crypto::Identity& owner) {
  proto::Grant message;
  message.set_owner_key(field_of(grant.owner_key));
  message.set_grantee(field_of(grant.grantee));
  for (const auto& shard : grant.shards) message.add_shards(field_of(shard));
  message.set_may_read(grant.may_read);
  message.set_may_delete(grant.may_delete);
  message.set_expires_unix_ms(to_unix_ms(grant.expires));
  return sign_and_encode(owner, kGrantPurpose, serialize(message));
}

Result<Grant> decode_grant(ByteView bytes) {
  const auto signed_payload = decode_signed(bytes);
  if (!signed_payload) return std::unexpected(signed_payload.error());
  proto::Grant message;
  Grant out;
  const bool fits = parse(message, signed_payload->payload) && read_id(message.owner_key(), out.owner_key) &&
                    read_id(message.grantee(), out.grantee) &&
                    read_shards(message.shards(), kMaxShardsPerGrant, out.shards) &&
                    is_possible_time(message.expires_unix_ms());
  if (!fits) return malformed("grant");
  out.may_read = message.may_read();
  out.may_delete = message.may_delete();
  out.expires = from_unix_ms(message.expires_unix_ms());
  if (!crypto::verify(out.owner_key, kGrantPurpose, signed_payload->payload, signed_payload->signature)) {
    return fail(Errc::invalid, "grant with a wrong signature");
  }
  return out;
}

Bytes encode(const OfferShard& message) {
  proto::OfferShard out;
  out.set_size(message.size.value);
  return serialize(out);
}

Result<OfferShard> decode_offer_shard(ByteView bytes) {
  proto::OfferShard message;
  if (!parse(message, bytes)) return malformed("offer");
  const auto size = message.size();
  if (size == 0 || size % kLeafSize != 0 || size > kMaxChunkSize) return malformed("offer");
  return OfferShard{ByteCount{size}};
}

Bytes encode(const PutShard& message) {
  proto::PutShard out;
  out.set_shard(field_of(message.shard));
  return serialize(out);
}

Result<PutShard> decode_put_shard(ByteView bytes) {
  proto::PutShard message;
  PutShard out;
  if (!parse(message, bytes) || !read_id(message.shard(), out.shard)) return malformed("put");
  return out;
}

Bytes encode(const GetShard& message) {
  proto::GetShard out;
  out.set_shard(field_of(message.shard));
  out.set_grant(field_of(message.grant));
  return serialize(out);
}

Result<GetShard> decode_get_shard(ByteView bytes) {
  proto::GetShard message;
  GetShard out;
  if (!parse(message, bytes) || !read_id(message.shard(), out.shard)) return malformed("get");
  out.grant = bytes_of(message.grant());
  return out;
}

Bytes encode(const DeleteShards& message) {
  proto::DeleteShards out;
  for (const auto& shard : message.shards) out.add_shards(field_of(shard));
  out.set_grant(field_of(message.grant));
  return serialize(out);
}

Result<DeleteShards> decode_delete_shards(ByteView bytes) {
  proto::DeleteShards message;
  DeleteShards out;
  if (!parse(message, bytes) || !read_shards(message.shards(), kMaxShardsPerDelete, out.shards)) {
    return malformed("delete");
  }
  out.grant = bytes_of(message.grant());
  return out;
}

}  // namespace mycostr::wire
