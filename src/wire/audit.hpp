// Challenges and proofs of an audit, and their codec: pure, any thread. docs/protocol.md, "Audits".
#pragma once

#include <vector>

#include "wire/agreement.hpp"

namespace mycostr::wire {

namespace operations {
inline constexpr const char* kChallenge = "audits/challenge";
}

inline constexpr std::string_view kChallengePurpose = "mycostr/challenge/1";
inline constexpr std::string_view kProofPurpose = "mycostr/proof/1";

/// Leaves that one challenge may ask for: what a proof may cost a holder.
inline constexpr std::uint32_t kMaxAuditLeaves = 64;
/// Steps of a chained audit.
inline constexpr std::uint32_t kChainSteps = 16;
/// Challenges besides the scheduled one that a holder answers in one epoch.
inline constexpr std::uint32_t kMaxAuditSerial = 16;

enum class AuditKind : std::uint8_t {
  plain,   ///< all leaves follow from the challenge
  chained  ///< each next leaf follows from the bytes of the one before
};

struct Challenge {
  AgreementId agreement;
  std::uint64_t epoch = 0;   ///< wall time / audit period
  std::uint32_t serial = 0;  ///< 0: the scheduled one; up to kMaxAuditSerial: more of the same epoch
  std::uint64_t revision = 0;
  Digest root;               ///< of that revision
  std::uint64_t shards = 0;  ///< of that revision, 1 to kMaxShardsPerAgreement
  Digest nonce;              ///< random
  std::uint32_t count = 0;   ///< leaves: 1 to kMaxAuditLeaves; chained: kChainSteps
  AuditKind kind = AuditKind::plain;
  bool operator==(const Challenge&) const = default;
};

/// Whose signature it is, the agreement's terms say: check it with is_signed_by().
struct SignedChallenge {
  Challenge challenge;
  SignedPayload signed_payload;

  /// SHA-256 of the payload: names the challenge.
  Digest hash() const;
  bool is_signed_by(const PublicKey& owner) const;
};

Bytes encode_challenge(const Challenge& challenge, const crypto::Identity& owner);
/// Form and limits. Errors: invalid.
Result<SignedChallenge> decode_challenge(ByteView bytes);

/// One shard of a proof. Either missing, or with leaves.
struct ProofSample {
  struct Leaf {
    std::uint32_t index = 0;
    Bytes data;  ///< kLeafSize bytes
    bool operator==(const Leaf&) const = default;
  };
  std::uint64_t slot = 0;
  ShardId shard;
  ByteCount size;  ///< a multiple of kLeafSize, up to kMaxChunkSize
  bool missing = false;
  std::vector<Leaf> leaves;  ///< ascending
  std::vector<Digest> path;  ///< crypto/merkle_batch.hpp: from the leaves to the shard's id

  std::uint32_t leaf_count() const { return static_cast<std::uint32_t>(size.value / kLeafSize); }
  bool operator==(const ProofSample&) const = default;
};

struct Proof {
  Digest challenge;                  ///< SignedChallenge::hash()
  std::vector<ProofSample> samples;  ///< by slot, ascending; at least one
  std::vector<Digest> path;          ///< from the slots' entries to the agreement's root
  bool operator==(const Proof&) const = default;
};

/// Twice what the largest honest one takes, nearly.
inline constexpr std::size_t kMaxProofSize = 512 << 10;

struct SignedProof {
  Proof proof;
  SignedPayload signed_payload;

  bool is_signed_by(const PublicKey& holder) const;
};

Bytes encode_proof(const Proof& proof, const crypto::Identity& holder);
/// Form and limits: at most kMaxAuditLeaves samples, and leaves in all. Errors: invalid.
Result<SignedProof> decode_proof(ByteView bytes);

/// Encoded parts, each as it was signed: co-signed terms, co-signed revision, challenge, proof.
struct Transcript {
  Bytes terms;
  Bytes revision;
  Bytes challenge;
  Bytes proof;
  bool operator==(const Transcript&) const = default;
};
/// With room for all that a proof may be.
inline constexpr std::size_t kMaxTranscriptSize = 600 << 10;

Bytes encode(const Transcript& transcript);
/// The parts are not looked into. Errors: invalid.
Result<Transcript> decode_transcript(ByteView bytes);

}  // namespace mycostr::wire
