#include "wire/owner_pointer.hpp"

#include "mycostr/peer.pb.h"
#include "wire/proto_util.hpp"

namespace mycostr::wire {
namespace {

Bytes payload_of(const OwnerPointer& pointer) {
  proto::OwnerPointer message;
  message.set_owner_key(field_of(pointer.owner_key));
  message.set_seq(pointer.seq);
  message.set_expires_unix_ms(to_unix_ms(pointer.expires));
  for (const auto& endpoint : pointer.endpoints) {
    auto* added = message.add_endpoints();
    added->set_host(endpoint.host);
    added->set_port(endpoint.port);
  }
  return serialize(message);
}

}  // namespace

Bytes encode_owner_pointer(OwnerPointer pointer, const crypto::Identity& owner) {
  for (;;) {
    auto encoded = sign_and_encode(owner, kOwnerPurpose, payload_of(pointer));
    if (encoded.size() <= kMaxDhtValue) return encoded;
    pointer.endpoints.pop_back();
  }
}

Result<OwnerPointer> decode_owner_pointer(ByteView bytes) {
  if (bytes.size() > kMaxDhtValue) return malformed("owner pointer");
  const auto signed_payload = decode_signed(bytes);
  if (!signed_payload) return std::unexpected(signed_payload.error());
  proto::OwnerPointer message;
  OwnerPointer out;
  const bool fits = parse(message, signed_payload->payload) && read_id(message.owner_key(), out.owner_key) &&
                    read_endpoints(message.endpoints(), kMaxPointerEndpoints, out.endpoints) &&
                    message.expires_unix_ms() >= 0 && message.expires_unix_ms() < (1LL << 48);
  if (!fits) return malformed("owner pointer");
  if (!crypto::verify(out.owner_key, kOwnerPurpose, signed_payload->payload, signed_payload->signature)) {
    return fail(Errc::invalid, "the owner pointer's signature is wrong");
  }
  out.seq = message.seq();
  out.expires = from_unix_ms(message.expires_unix_ms());
  return out;
}

}  // namespace mycostr::wire
