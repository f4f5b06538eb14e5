// links: wire
#include "fuzz/entry.hpp"
#include "wire/audit.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto signed_challenge = wire::decode_challenge(input);
  if (!signed_challenge) return;
  const auto& challenge = signed_challenge->challenge;
  check(challenge.count > 0 && challenge.count <= wire::kMaxAuditLeaves);
  check(challenge.shards > 0 && challenge.shards <= wire::kMaxShardsPerAgreement);
  check(challenge.serial <= wire::kMaxAuditSerial);
  const crypto::Identity owner(crypto::Identity::Seed{});
  const auto again = wire::decode_challenge(wire::encode_challenge(challenge, owner));
  check(again && again->challenge == challenge && again->is_signed_by(owner.public_key()));
}

}  // namespace mycostr::fuzz
