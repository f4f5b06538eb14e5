#include "wire/audit.hpp"

#include <algorithm>

#include "crypto/sha256.hpp"
#include "mycostr/audit.pb.h"
#include "wire/proto_util.hpp"

namespace mycostr::wire {
namespace {

/// 22 levels of 4 Mi shards, and 10 of a shard's 1024 leaves, for each leaf.
constexpr std::size_t kMaxTreePath = kMaxAuditLeaves * 22;
constexpr std::size_t kMaxShardPath = kMaxAuditLeaves * 10;
constexpr std::size_t kMaxChallengeSize = 512;

bool read_digests(const std::string& field, std::size_t most, std::vector<Digest>& out) {
  if (field.size() % Digest::kSize != 0 || field.size() / Digest::kSize > most) return false;
  for (std::size_t at = 0; at < field.size(); at += Digest::kSize) {
    out.push_back(*Digest::from(as_bytes(field).subspan(at, Digest::kSize)));
  }
  return true;
}

std::string field_of_digests(const std::vector<Digest>& digests) {
  std::string out;
  for (const auto& digest : digests) out += digest.text();
  return out;
}

bool is_shard_size(std::uint64_t size) {
  return size > 0 && size % kLeafSize == 0 && size <= kMaxChunkSize;
}

bool read_leaves(const proto::ProofSample& field, ProofSample& out) {
  if (field.missing()) return field.leaves().empty() && field.path().empty();
  if (field.leaves().empty() || field.leaves_size() > static_cast<int>(kMaxAuditLeaves)) return false;
  for (const auto& leaf : field.leaves()) {
    if (leaf.data().size() != kLeafSize || leaf.index() >= out.leaf_count()) return false;
    if (!out.leaves.empty() && leaf.index() <= out.leaves.back().index) return false;
    out.leaves.push_back({leaf.index(), bytes_of(leaf.data())});
  }
  return read_digests(field.path(), kMaxShardPath, out.path);
}

bool read_sample(const proto::ProofSample& field, ProofSample& out) {
  if (!read_id(field.shard(), out.shard) || !is_shard_size(field.size())) return false;
  out.slot = field.slot();
  out.size = {field.size()};
  out.missing = field.missing();
  return read_leaves(field, out);
}

bool read_samples(const proto::Proof& message, std::vector<ProofSample>& out) {
  if (message.samples().empty() || message.samples_size() > static_cast<int>(kMaxAuditLeaves)) return false;
  std::size_t leaves = 0;
  for (const auto& field : message.samples()) {
    ProofSample sample;
    if (!read_sample(field, sample)) return false;
    if (!out.empty() && sample.slot <= out.back().slot) return false;
    leaves += sample.leaves.size();
    out.push_back(std::move(sample));
  }
  return leaves <= kMaxAuditLeaves;
}

bool read_challenge(const proto::Challenge& message, Challenge& out) {
  const bool fits = read_id(message.agreement(), out.agreement) && read_id(message.root(), out.root) &&
                    read_id(message.nonce(), out.nonce) && message.epoch() < (1ULL << 48) &&
                    message.serial() <= kMaxAuditSerial && message.shards() > 0 &&
                    message.shards() <= kMaxShardsPerAgreement && message.count() > 0 &&
                    message.count() <= kMaxAuditLeaves && message.kind() <= 1 &&
                    (message.kind() == 0 || message.count() == kChainSteps);
  if (!fits) return false;
  out.epoch = message.epoch();
  out.serial = message.serial();
  out.revision = message.revision();
  out.shards = message.shards();
  out.count = message.count();
  out.kind = static_cast<AuditKind>(message.kind());
  return true;
}

}  // namespace

Digest SignedChallenge::hash() const {
  return crypto::sha256(signed_payload.payload);
}

bool SignedChallenge::is_signed_by(const PublicKey& owner) const {
  return crypto::verify(owner, kChallengePurpose, signed_payload.payload, signed_payload.signature);
}

Bytes encode_challenge(const Challenge& challenge, const crypto::Identity& owner) {
  proto::Challenge message;
  message.set_agreement(field_of(challenge.agreement));
  message.set_epoch(challenge.epoch);
  message.set_serial(challenge.serial);
  message.set_revision(challenge.revision);
  message.set_root(field_of(challenge.root));
  message.set_shards(challenge.shards);
  message.set_nonce(field_of(challenge.nonce));
  message.set_count(challenge.count);
  message.set_kind(static_cast<std::uint32_t>(challenge.kind));
  return sign_and_encode(owner, kChallengePurpose, serialize(message));
}

Result<SignedChallenge> decode_challenge(ByteView bytes) {
  if (bytes.size() > kMaxChallengeSize) return malformed("challenge");
  auto signed_payload = decode_signed(bytes);
  if (!signed_payload) return std::unexpected(signed_payload.error());
  proto::Challenge message;
  SignedChallenge out;
  if (!parse(message, signed_payload->payload) || !read_challenge(message, out.challenge))
    return malformed("challenge");
  out.signed_payload = std::move(*signed_payload);
  return out;
}

bool SignedProof::is_signed_by(const PublicKey& holder) const {
  return crypto::verify(holder, kProofPurpose, crypto::sha256(signed_payload.payload).view(),
                        signed_payload.signature);
}

Bytes encode_proof(const Proof& proof, const crypto::Identity& holder) {
  proto::Proof message;
  message.set_challenge(field_of(proof.challenge));
  message.set_path(field_of_digests(proof.path));
  for (const auto& sample : proof.samples) {
    auto* field = message.add_samples();
    field->set_slot(sample.slot);
    field->set_shard(field_of(sample.shard));
    field->set_size(sample.size.value);
    field->set_missing(sample.missing);
    field->set_path(field_of_digests(sample.path));
    for (const auto& leaf : sample.leaves) {
      auto* added = field->add_leaves();
      added->set_index(leaf.index);
      added->set_data(field_of(leaf.data));
    }
  }
  auto payload = serialize(message);
  // Of its hash: Ed25519 reads what it signs twice, by SHA-512.
  const auto signature = holder.sign(kProofPurpose, crypto::sha256(payload).view());
  return encode_signed({std::move(payload), signature});
}

Result<SignedProof> decode_proof(ByteView bytes) {
  if (bytes.size() > kMaxProofSize) return malformed("proof");
  auto signed_payload = decode_signed(bytes);
  if (!signed_payload) return std::unexpected(signed_payload.error());
  proto::Proof message;
  SignedProof out;
  const bool fits =
      parse(message, signed_payload->payload) && read_id(message.challenge(), out.proof.challenge) &&
      read_samples(message, out.proof.samples) && read_digests(message.path(), kMaxTreePath, out.proof.path);
  if (!fits) return malformed("proof");
  out.signed_payload = std::move(*signed_payload);
  return out;
}

Bytes encode(const Transcript& transcript) {
  proto::Transcript message;
  message.set_terms(field_of(transcript.terms));
  message.set_revision(field_of(transcript.revision));
  message.set_challenge(field_of(transcript.challenge));
  message.set_proof(field_of(transcript.proof));
  return serialize(message);
}

Result<Transcript> decode_transcript(ByteView bytes) {
  proto::Transcript message;
  if (bytes.size() > kMaxTranscriptSize || !parse(message, bytes)) return malformed("transcript");
  return Transcript{bytes_of(message.terms()), bytes_of(message.revision()), bytes_of(message.challenge()),
                    bytes_of(message.proof())};
}

}  // namespace mycostr::wire
