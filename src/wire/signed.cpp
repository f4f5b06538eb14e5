#include "wire/signed.hpp"

#include "mycostr/peer.pb.h"
#include "wire/proto_util.hpp"

namespace mycostr::wire {

Bytes encode_signed(const SignedPayload& signed_payload) {
  proto::Signed message;
  message.set_payload(field_of(signed_payload.payload));
  message.set_signature(field_of(signed_payload.signature));
  return serialize(message);
}

Result<SignedPayload> decode_signed(ByteView bytes) {
  proto::Signed message;
  SignedPayload out;
  if (!parse(message, bytes) || !read_id(message.signature(), out.signature))
    return malformed("signed payload");
  out.payload = bytes_of(message.payload());
  return out;
}

Bytes sign_and_encode(const crypto::Identity& identity, std::string_view purpose, Bytes payload) {
  const auto signature = identity.sign(purpose, payload);
  return encode_signed({std::move(payload), signature});
}

}  // namespace mycostr::wire
