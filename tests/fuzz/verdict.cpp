// links: wire
#include "wire/verdict.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {
namespace {

void check_verdict(const wire::Verdict& verdict) {
  check(verdict.integrity_ppm <= 1'000'000 && verdict.online_ppm <= 1'000'000);
  check(verdict.serial <= wire::kMaxVerdictSerial);
  check(to_unix_ms(verdict.at) >= 0);
  check(verdict.state >= wire::NodeState::fresh && verdict.state <= wire::NodeState::disqualified);
  check(verdict.outcome >= wire::AuditOutcome::passed && verdict.outcome <= wire::AuditOutcome::unknown);
}

}  // namespace

void take(ByteView input) {
  static const crypto::Identity owner{crypto::Identity::Seed{}};
  if (const auto as_it_is = wire::decode_verdict(input)) check_verdict(*as_it_is);
  if (const auto trusted = wire::decode_trusted_verdict(input)) check_verdict(*trusted);
  // The input as a payload that its owner signed: a signature is not found by chance.
  const auto signed_bytes =
      wire::sign_and_encode(owner, wire::kVerdictPurpose, Bytes(input.begin(), input.end()));
  const auto verdict = wire::decode_verdict(signed_bytes);
  if (!verdict) return;
  check_verdict(*verdict);
  check(verdict->owner_key == owner.public_key());
  const auto again = wire::decode_verdict(wire::encode_verdict(*verdict, owner));
  check(again && *again == *verdict);
}

}  // namespace mycostr::fuzz
