#include "wire/verdict.hpp"

#include "mycostr/verdict.pb.h"
#include "wire/proto_util.hpp"

namespace mycostr::wire {
namespace {

constexpr std::uint32_t kMillion = 1'000'000;

bool is_outcome(std::uint32_t number) {
  return number >= static_cast<std::uint32_t>(AuditOutcome::passed) &&
         number <= static_cast<std::uint32_t>(AuditOutcome::unknown);
}

bool is_state(std::uint32_t number) {
  return number >= static_cast<std::uint32_t>(NodeState::fresh) &&
         number <= static_cast<std::uint32_t>(NodeState::disqualified);
}

Result<Verdict> read_payload(ByteView payload) {
  proto::Verdict message;
  Verdict out;
  const bool fits = parse(message, payload) && read_id(message.owner_key(), out.owner_key) &&
                    read_id(message.holder(), out.holder) && read_id(message.agreement(), out.agreement) &&
                    message.serial() <= kMaxVerdictSerial && is_outcome(message.outcome()) &&
                    message.integrity_ppm() <= kMillion && message.online_ppm() <= kMillion &&
                    is_state(message.state()) && message.at_unix_ms() >= 0 &&
                    message.at_unix_ms() < (1LL << 48);
  if (!fits) return malformed("verdict");
  out.epoch = message.epoch();
  out.serial = message.serial();
  out.outcome = static_cast<AuditOutcome>(message.outcome());
  out.integrity_ppm = message.integrity_ppm();
  out.online_ppm = message.online_ppm();
  out.state = static_cast<NodeState>(message.state());
  out.at = from_unix_ms(message.at_unix_ms());
  return out;
}

}  // namespace

std::string_view outcome_name(AuditOutcome outcome) {
  switch (outcome) {
    case AuditOutcome::passed:
      return "passed";
    case AuditOutcome::failed:
      return "failed";
    case AuditOutcome::offline:
      return "offline";
    case AuditOutcome::contained:
      return "contained";
    case AuditOutcome::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view state_name(NodeState state) {
  switch (state) {
    case NodeState::fresh:
      return "new";
    case NodeState::good:
      return "good";
    case NodeState::suspended:
      return "suspended";
    case NodeState::disqualified:
      return "disqualified";
  }
  return "new";
}

Bytes encode_verdict(const Verdict& verdict, const crypto::Identity& owner) {
  proto::Verdict message;
  message.set_owner_key(field_of(verdict.owner_key));
  message.set_holder(field_of(verdict.holder));
  message.set_agreement(field_of(verdict.agreement));
  message.set_epoch(verdict.epoch);
  message.set_serial(verdict.serial);
  message.set_outcome(static_cast<std::uint32_t>(verdict.outcome));
  message.set_integrity_ppm(verdict.integrity_ppm);
  message.set_online_ppm(verdict.online_ppm);
  message.set_state(static_cast<std::uint32_t>(verdict.state));
  message.set_at_unix_ms(to_unix_ms(verdict.at));
  return sign_and_encode(owner, kVerdictPurpose, serialize(message));
}

Result<Verdict> decode_trusted_verdict(ByteView bytes) {
  if (bytes.size() > kMaxVerdictSize) return malformed("verdict");
  const auto signed_payload = decode_signed(bytes);
  if (!signed_payload) return std::unexpected(signed_payload.error());
  return read_payload(signed_payload->payload);
}

Result<Verdict> decode_verdict(ByteView bytes) {
  auto verdict = decode_trusted_verdict(bytes);
  if (!verdict) return verdict;
  const auto signed_payload = decode_signed(bytes);
  if (!crypto::verify(verdict->owner_key, kVerdictPurpose, signed_payload->payload,
                      signed_payload->signature)) {
    return fail(Errc::invalid, "verdict with a wrong signature");
  }
  return verdict;
}

}  // namespace mycostr::wire
