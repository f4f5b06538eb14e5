// Agreements between owner and holder: terms that both sign once, and a revision that both sign for each
// change of what is kept. Decoding checks every length and count. Errors of all decoders: invalid.
//
// Root of a revision: RFC 6962 tree over the shards' slots, leaf = merkle_leaf(shard id || size (8 bytes)).
#pragma once

#include <optional>
#include <vector>

#include "base/time.hpp"
#include "base/units.hpp"
#include "wire/signed.hpp"

namespace mycostr::wire {

namespace operations {
inline constexpr const char* kProposeAgreement = "agreements/propose";
inline constexpr const char* kChangeAgreement = "agreements/change";
}  // namespace operations

inline constexpr std::string_view kTermsPurpose = "mycostr/terms/1";
inline constexpr std::string_view kTermsHolderPurpose = "mycostr/terms-holder/1";
inline constexpr std::string_view kRevisionPurpose = "mycostr/revision/1";
inline constexpr std::string_view kRevisionHolderPurpose = "mycostr/revision-holder/1";

/// Shards of one agreement.
inline constexpr std::uint64_t kMaxShardsPerAgreement = 4 << 20;
/// Shards removed and added by one revision together.
inline constexpr std::size_t kMaxShardsPerChange = 1000;
/// An encoded CoSigned Terms or Revision.
inline constexpr std::size_t kMaxCoSignedSize = 512;

using TermsNonce = FixedBytes<struct TermsNonceTag, 16>;

/// Who keeps for whom, and at what price.
struct Terms {
  PublicKey owner_key;
  PublicKey holder_key;
  std::uint64_t price_msat_per_tb_month = 0;  ///< TB: 10^12 bytes; month: 730 h
  WallTime since;
  std::string network_id;
  TermsNonce nonce;
  bool operator==(const Terms&) const = default;
};

/// What is kept from `at` on.
struct Revision {
  AgreementId agreement;
  std::uint64_t number = 0;  ///< grows; those that came to nothing are left out
  Digest root;
  std::uint64_t shards = 0;
  ByteCount bytes;
  Digest delta_hash;  ///< of the change that led here
  WallTime at;
  bool ends = false;  ///< the last one: everything has left
  bool operator==(const Revision&) const = default;
};

/// A shard in an agreement.
struct ShardEntry {
  ShardId id;
  ByteCount size;
  bool operator==(const ShardEntry&) const = default;
};
/// The entry's leaf hash in the agreement's tree.
Digest leaf_of(const ShardEntry& entry);

/// First the removed leave, then the added join, both in this order.
struct Delta {
  std::vector<ShardId> removed;
  std::vector<ShardEntry> added;
  bool operator==(const Delta&) const = default;
};
Bytes encode(const Delta& delta);
/// Up to kMaxShardsPerChange shards, none of them twice.
Result<Delta> decode_delta(ByteView bytes);
/// SHA-256("mycostr/delta/1" || encoded delta)
Digest delta_hash(ByteView encoded_delta);

/// A payload with the signatures of both sides. The signed bytes travel as they were signed.
struct CoSigned {
  Bytes payload;
  Signature owner_signature;
  Signature holder_signature;
  bool operator==(const CoSigned&) const = default;
};
Bytes encode(const CoSigned& signed_by_both);
Result<CoSigned> decode_co_signed(ByteView bytes);

Bytes encode(const Terms& terms);
/// Form only, no signature.
Result<Terms> decode_terms(ByteView payload);
/// The first 16 bytes of SHA-256("mycostr/agreement-id/1" || payload of the terms)
AgreementId agreement_id(ByteView terms_payload);
Bytes encode(const Revision& revision);
/// Form only, no signature.
Result<Revision> decode_revision(ByteView payload);

/// Terms with the signatures of the owner and the holder that they name.
Result<Terms> verify_terms(const CoSigned& signed_by_both);
/// A revision with the signatures of the owner and the holder of `terms`; that it is of those terms'
/// agreement is the caller's to check.
Result<Revision> verify_revision(const CoSigned& signed_by_both, const Terms& terms);
/// What the owner alone has signed so far.
Result<Terms> verify_proposed_terms(const SignedPayload& proposal);
Result<Revision> verify_proposed_revision(const SignedPayload& proposal, const PublicKey& owner_key);

/// Operation "agreements/change", and the row of a change under way. The message of "agreements/propose" is
/// an encoded SignedPayload of Terms, its reply an encoded CoSigned.
struct ChangeAgreement {
  SignedPayload revision;
  Bytes delta;  ///< encoded: hashed as it travels
};
Bytes encode(const ChangeAgreement& message);
Result<ChangeAgreement> decode_change_agreement(ByteView bytes);

struct ChangeReply {
  enum class Outcome {
    agreed,   ///< `revision` is what was asked for, countersigned
    missing,  ///< nothing has changed: these of the added shards are not here, or have another size
    conflict  ///< nothing has changed: `revision` is the newest one here, nothing before the first
  };
  Outcome outcome = Outcome::agreed;
  std::optional<CoSigned> revision = std::nullopt;
  std::vector<ShardId> missing = {};
};
Bytes encode(const ChangeReply& message);
Result<ChangeReply> decode_change_reply(ByteView bytes);

}  // namespace mycostr::wire
