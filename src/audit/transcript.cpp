#include "audit/transcript.hpp"

#include <fmt/core.h>

#include "audit/judge.hpp"
#include "wire/agreement.hpp"

namespace mycostr::audit {
namespace {

/// The parts, each checked by its signatures, all of one agreement and one revision.
struct Checked {
  wire::Terms terms;
  wire::Revision revision;
  wire::SignedChallenge challenge;
  Bytes proof;
};

Result<wire::CoSigned> part_of(ByteView bytes, std::string_view what) {
  auto part = wire::decode_co_signed(bytes);
  if (!part) return fail(Errc::invalid, fmt::format("{}: {}", what, part.error().detail));
  return part;
}

bool is_for_revision(const wire::Challenge& challenge, const wire::Revision& revision) {
  return challenge.agreement == revision.agreement && challenge.revision == revision.number &&
         challenge.root == revision.root && challenge.shards == revision.shards;
}

Result<Checked> check(const wire::Transcript& transcript) {
  Checked out;
  const auto signed_terms = part_of(transcript.terms, "terms");
  if (!signed_terms) return std::unexpected(signed_terms.error());
  auto terms = wire::verify_terms(*signed_terms);
  if (!terms) return std::unexpected(terms.error());
  out.terms = std::move(*terms);
  const auto signed_revision = part_of(transcript.revision, "revision");
  if (!signed_revision) return std::unexpected(signed_revision.error());
  auto revision = wire::verify_revision(*signed_revision, out.terms);
  if (!revision) return std::unexpected(revision.error());
  out.revision = std::move(*revision);
  if (out.revision.agreement != wire::agreement_id(signed_terms->payload))
    return fail(Errc::invalid, "the revision is of another agreement");
  auto challenge = wire::decode_challenge(transcript.challenge);
  if (!challenge) return std::unexpected(challenge.error());
  out.challenge = std::move(*challenge);
  if (!out.challenge.is_signed_by(out.terms.owner_key))
    return fail(Errc::invalid, "the challenge is not signed by the owner");
  if (!is_for_revision(out.challenge.challenge, out.revision))
    return fail(Errc::invalid, "the challenge is for another revision");
  out.proof = transcript.proof;
  return out;
}

std::string describe(const Checked& parts, const Judgement& judgement) {
  const auto& challenge = parts.challenge.challenge;
  auto text = fmt::format(
      "owner {}\nholder {}\nagreement {}, revision {} of {}: {} shards, {} bytes\n"
      "challenge of epoch {}, serial {}: {} leaves, {}\n",
      crypto::node_id_of(parts.terms.owner_key).hex(), crypto::node_id_of(parts.terms.holder_key).hex(),
      challenge.agreement.hex(), challenge.revision, to_rfc3339(parts.revision.at), challenge.shards,
      parts.revision.bytes.value, challenge.epoch, challenge.serial, challenge.count,
      challenge.kind == wire::AuditKind::plain ? "plain" : "chained");
  if (judgement.passed) {
    return text + fmt::format("The holder proved {} leaves: it passed.", judgement.leaves);
  }
  text += "The holder signed an answer that fails: " + judgement.why + ".";
  for (const auto& shard : judgement.lost) text += "\nlost shard " + shard.hex();
  return text;
}

}  // namespace

Finding verify_transcript(ByteView bytes) {
  const auto transcript = wire::decode_transcript(bytes);
  if (!transcript) return {false, transcript.error().detail};
  const auto parts = check(*transcript);
  if (!parts) return {false, parts.error().detail};
  const auto judgement = judge(parts->challenge, parts->terms.holder_key, parts->proof);
  if (!judgement.is_from_holder) return {false, judgement.why};
  return {true, describe(*parts, judgement)};
}

}  // namespace mycostr::audit
