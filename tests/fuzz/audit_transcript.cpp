// links: audit
#include <algorithm>

#include "audit/judge.hpp"
#include "audit/transcript.hpp"
#include "fuzz/entry.hpp"

namespace mycostr::fuzz {
namespace {

/// Signatures cannot be guessed: what lies behind them is reached by signing whatever comes.
void judge_as_if_signed(ByteView input) {
  const auto proof = wire::decode_proof(input);
  if (!proof) return;
  const crypto::Identity holder(crypto::Identity::Seed{});
  const auto& shown = proof->proof;
  for (const auto kind : {wire::AuditKind::plain, wire::AuditKind::chained}) {
    wire::Challenge challenge;
    challenge.shards =
        std::min<std::uint64_t>(shown.samples.back().slot, wire::kMaxShardsPerAgreement - 1) + 1;
    challenge.count = kind == wire::AuditKind::plain ? 64 : wire::kChainSteps;
    challenge.kind = kind;
    const auto signed_challenge = wire::decode_challenge(wire::encode_challenge(challenge, holder));
    check(signed_challenge.has_value());
    auto answer = shown;
    answer.challenge = signed_challenge->hash();
    const auto judgement =
        audit::judge(*signed_challenge, holder.public_key(), wire::encode_proof(answer, holder));
    check(judgement.is_from_holder && !judgement.passed);
  }
}

}  // namespace

void take(ByteView input) {
  const auto finding = audit::verify_transcript(input);
  check(!finding.text.empty());
  if (const auto transcript = wire::decode_transcript(input)) judge_as_if_signed(transcript->proof);
  judge_as_if_signed(input);
}

}  // namespace mycostr::fuzz
