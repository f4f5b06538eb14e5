// links: wire
#include "wire/owner_pointer.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {
namespace {

/// The input as a payload that its owner signed: a signature is not found by chance.
wire::SignedPayload signed_by_owner(const crypto::Identity& owner, ByteView payload) {
  return {Bytes(payload.begin(), payload.end()), owner.sign(wire::kOwnerPurpose, payload)};
}

void check_pointer(const wire::OwnerPointer& pointer) {
  check(pointer.endpoints.size() <= wire::kMaxPointerEndpoints);
  check(to_unix_ms(pointer.expires) >= 0);
  for (const auto& endpoint : pointer.endpoints) check(parse_endpoint(to_string(endpoint)) == endpoint);
}

}  // namespace

void take(ByteView input) {
  static const crypto::Identity owner{crypto::Identity::Seed{}};
  if (const auto as_it_is = wire::decode_owner_pointer(input)) check_pointer(*as_it_is);
  const auto pointer = wire::decode_owner_pointer(wire::encode_signed(signed_by_owner(owner, input)));
  if (!pointer) return;
  check_pointer(*pointer);
  check(pointer->owner_key == owner.public_key());
  const auto again = wire::decode_owner_pointer(wire::encode_owner_pointer(*pointer, owner));
  check(again && again->owner_key == pointer->owner_key && again->seq == pointer->seq);
}

}  // namespace mycostr::fuzz
