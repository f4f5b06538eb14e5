// A holder's shards of one agreement, in memory, and the proofs it makes of them, honest or not.
#pragma once

#include <map>

#include "audit/judge.hpp"
#include "audit/selection.hpp"
#include "crypto/merkle.hpp"
#include "crypto/merkle_batch.hpp"
#include "support/seeded_random.hpp"

namespace mycostr::audit {

inline crypto::Identity identity_of(std::uint64_t seed) {
  test::SeededRandom random(seed);
  return crypto::Identity(random.make<crypto::Identity::Seed>());
}

/// An owner, a holder, what they agreed on, all in memory.
class Vault {
 public:
  /// Shards of these many leaves; the agreement is always the same, at its revision `number`.
  explicit Vault(const std::vector<std::uint32_t>& sizes, std::uint64_t seed = 1, std::uint64_t number = 1)
      : random_(seed) {
    for (const auto leaves : sizes) {
      auto data = random_.bytes(leaves * kLeafSize);
      const ShardId id{crypto::merkle_root(data).bytes};
      entries_.push_back({id, {data.size()}});
      data_.push_back(std::move(data));
    }
    terms_ = {.owner_key = owner.public_key(),
              .holder_key = holder.public_key(),
              .price_msat_per_tb_month = 1000,
              .since = from_unix_ms(1'767'225'600'000),
              .network_id = "test",
              .nonce = {}};
    signed_terms = sign(wire::encode(terms_), wire::kTermsPurpose, wire::kTermsHolderPurpose);
    revision = {.agreement = wire::agreement_id(signed_terms.payload),
                .number = number,
                .root = crypto::merkle_root_of_leaves(leaf_hashes()),
                .shards = entries_.size(),
                .bytes = {},
                .delta_hash = {},
                .at = terms_.since,
                .ends = false};
    for (const auto& entry : entries_) revision.bytes += entry.size;
    signed_revision = sign(wire::encode(revision), wire::kRevisionPurpose, wire::kRevisionHolderPurpose);
  }

  wire::SignedChallenge challenge(std::uint32_t count, wire::AuditKind kind = wire::AuditKind::plain) {
    wire::Challenge out{.agreement = revision.agreement,
                        .epoch = 490'896,
                        .serial = 0,
                        .revision = revision.number,
                        .root = revision.root,
                        .shards = revision.shards,
                        .nonce = random_.make<Digest>(),
                        .count = count,
                        .kind = kind};
    encoded_challenge = wire::encode_challenge(out, owner);
    return *wire::decode_challenge(encoded_challenge);
  }

  /// A byte of this leaf changes.
  void rot(std::size_t slot, std::uint32_t leaf) { data_[slot][leaf * kLeafSize] ^= 1; }

  /// What an honest holder answers; those in `missing` it says it lost.
  wire::Proof prove(const wire::SignedChallenge& challenge,
                    const std::set<std::uint64_t>& missing = {}) const {
    std::map<std::uint64_t, std::set<std::uint32_t>> asked;
    if (challenge.challenge.kind == wire::AuditKind::plain) {
      const auto seed = selection_seed(challenge.challenge, holder.id());
      const auto sizes = [&](std::uint64_t slot) { return leaves_of(slot); };
      for (const auto& at : plain_positions(challenge.challenge, seed, sizes)) asked[at.slot].insert(at.leaf);
    } else {
      asked = walk(challenge.challenge, missing);
    }
    wire::Proof proof{challenge.hash(), {}, {}};
    std::vector<std::uint64_t> slots;
    for (const auto& [slot, leaves] : asked) {
      slots.push_back(slot);
      proof.samples.push_back(sample(slot, leaves, missing.contains(slot)));
    }
    proof.path = crypto::batch_path(leaf_hashes(), slots);
    return proof;
  }

  Judgement judged(const wire::SignedChallenge& challenge, const wire::Proof& proof) const {
    return judge(challenge, holder.public_key(), wire::encode_proof(proof, holder));
  }
  wire::Transcript transcript(const wire::Proof& proof) const {
    return {wire::encode(signed_terms), wire::encode(signed_revision), encoded_challenge,
            wire::encode_proof(proof, holder)};
  }

  wire::CoSigned sign(Bytes payload, std::string_view owner_purpose, std::string_view holder_purpose) const {
    const auto by_owner = owner.sign(owner_purpose, payload);
    const auto by_holder = holder.sign(holder_purpose, payload);
    return {std::move(payload), by_owner, by_holder};
  }
  std::uint32_t leaves_of(std::uint64_t slot) const {
    return static_cast<std::uint32_t>(entries_[slot].size.value / kLeafSize);
  }
  const std::vector<wire::ShardEntry>& entries() const { return entries_; }
  const std::vector<Bytes>& data() const { return data_; }
  const wire::Terms& terms() const { return terms_; }

  crypto::Identity owner = identity_of(101);
  crypto::Identity holder = identity_of(102);
  wire::CoSigned signed_terms;
  wire::Revision revision;
  wire::CoSigned signed_revision;
  Bytes encoded_challenge;  ///< the last one

 private:
  std::vector<Digest> leaf_hashes() const {
    std::vector<Digest> out;
    for (const auto& entry : entries_) out.push_back(wire::leaf_of(entry));
    return out;
  }
  Bytes leaf(std::uint64_t slot, std::uint32_t index) const {
    const auto view = ByteView(data_[slot]).subspan(index * kLeafSize, kLeafSize);
    return {view.begin(), view.end()};
  }
  wire::ProofSample sample(std::uint64_t slot, const std::set<std::uint32_t>& leaves, bool missing) const {
    wire::ProofSample out{slot, entries_[slot].id, entries_[slot].size, missing, {}, {}};
    if (missing) return out;
    const std::vector<std::uint64_t> indices(leaves.begin(), leaves.end());
    for (const auto index : leaves) out.leaves.push_back({index, leaf(slot, index)});
    out.path = crypto::batch_path(crypto::merkle_leaves(data_[slot]), indices);
    return out;
  }
  std::map<std::uint64_t, std::set<std::uint32_t>> walk(const wire::Challenge& challenge,
                                                        const std::set<std::uint64_t>& missing) const {
    std::map<std::uint64_t, std::set<std::uint32_t>> asked;
    Chain chain(challenge.shards, selection_seed(challenge, holder.id()));
    for (std::uint32_t step = 0; step < challenge.count; ++step) {
      const auto slot = chain.slot();
      auto& leaves = asked[slot];
      if (missing.contains(slot)) break;
      const auto index = chain.leaf(leaves_of(slot));
      leaves.insert(index);
      chain.advance(leaf(slot, index));
    }
    return asked;
  }

  test::SeededRandom random_;
  wire::Terms terms_;
  std::vector<wire::ShardEntry> entries_;
  std::vector<Bytes> data_;
};

}  // namespace mycostr::audit
