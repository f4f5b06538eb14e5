#include "wire/agreement.hpp"

#include <set>

#include "crypto/merkle.hpp"
#include "crypto/sha256.hpp"
#include "mycostr/agreement.pb.h"
#include "wire/proto_util.hpp"

namespace mycostr::wire {
namespace {

constexpr std::string_view kIdPurpose = "mycostr/agreement-id/1";
constexpr std::string_view kDeltaPurpose = "mycostr/delta/1";
constexpr std::size_t kMaxNetworkId = 64;

bool is_possible_time(std::int64_t unix_ms) {
  return unix_ms >= 0 && unix_ms < (1LL << 48);
}

bool is_shard_size(std::uint64_t size) {
  return size > 0 && size <= kMaxChunkSize && size % kLeafSize == 0;
}

bool read_added(const proto::Delta& message, std::vector<ShardEntry>& out) {
  for (const auto& entry : message.added()) {
    auto& added = out.emplace_back();
    if (!read_id(entry.id(), added.id) || !is_shard_size(entry.size())) return false;
    added.size = {entry.size()};
  }
  return true;
}

bool all_differ(const Delta& delta) {
  std::set<ShardId> seen(delta.removed.begin(), delta.removed.end());
  for (const auto& entry : delta.added) seen.insert(entry.id);
  return seen.size() == delta.removed.size() + delta.added.size();
}

}  // namespace

Digest leaf_of(const ShardEntry& entry) {
  std::string leaf(entry.id.text());
  append_be64(leaf, entry.size.value);
  return crypto::merkle_leaf(as_bytes(leaf));
}

Bytes encode(const Delta& delta) {
  proto::Delta message;
  for (const auto& shard : delta.removed) message.add_removed(field_of(shard));
  for (const auto& entry : delta.added) {
    auto* added = message.add_added();
    added->set_id(field_of(entry.id));
    added->set_size(entry.size.value);
  }
  return serialize(message);
}

Result<Delta> decode_delta(ByteView bytes) {
  proto::Delta message;
  Delta out;
  if (!parse(message, bytes)) return malformed("change");
  const auto count =
      static_cast<std::size_t>(message.removed_size()) + static_cast<std::size_t>(message.added_size());
  if (count > kMaxShardsPerChange) return malformed("change");
  for (const auto& id : message.removed()) {
    if (!read_id(id, out.removed.emplace_back())) return malformed("change");
  }
  if (!read_added(message, out.added) || !all_differ(out)) return malformed("change");
  return out;
}

Digest delta_hash(ByteView encoded_delta) {
  return crypto::sha256({as_bytes(kDeltaPurpose), encoded_delta});
}

Bytes encode(const CoSigned& signed_by_both) {
  proto::CoSigned message;
  message.set_payload(field_of(signed_by_both.payload));
  message.set_owner_signature(field_of(signed_by_both.owner_signature));
  message.set_holder_signature(field_of(signed_by_both.holder_signature));
  return serialize(message);
}

Result<CoSigned> decode_co_signed(ByteView bytes) {
  proto::CoSigned message;
  CoSigned out;
  const bool fits = bytes.size() <= kMaxCoSignedSize && parse(message, bytes) &&
                    read_id(message.owner_signature(), out.owner_signature) &&
                    read_id(message.holder_signature(), out.holder_signature);
  if (!fits) return malformed("co-signed payload");
  out.payload = bytes_of(message.payload());
  return out;
}

Bytes encode(const Terms& terms) {
  proto::Terms message;
  message.set_owner_key(field_of(terms.owner_key));
  message.set_holder_key(field_of(terms.holder_key));
  message.set_price_msat_per_tb_month(terms.price_msat_per_tb_month);
  message.set_since_unix_ms(to_unix_ms(terms.since));
  message.set_network_id(terms.network_id);
  message.set_nonce(field_of(terms.nonce));
  return serialize(message);
}

Result<Terms> decode_terms(ByteView payload) {
  proto::Terms message;
  Terms out;
  const bool fits = parse(message, payload) && read_id(message.owner_key(), out.owner_key) &&
                    read_id(message.holder_key(), out.holder_key) &&
                    is_possible_time(message.since_unix_ms()) &&
                    message.network_id().size() <= kMaxNetworkId && read_id(message.nonce(), out.nonce);
  if (!fits) return malformed("terms");
  out.price_msat_per_tb_month = message.price_msat_per_tb_month();
  out.since = from_unix_ms(message.since_unix_ms());
  out.network_id = message.network_id();
  return out;
}

AgreementId agreement_id(ByteView terms_payload) {
  const auto hash = crypto::sha256({as_bytes(kIdPurpose), terms_payload});
  return *AgreementId::from(hash.view().first(AgreementId::kSize));
}

Bytes encode(const Revision& revision) {
  proto::Revision message;
  message.set_agreement(field_of(revision.agreement));
  message.set_number(revision.number);
  message.set_root(field_of(revision.root));
  message.set_shards(revision.shards);
  message.set_bytes(revision.bytes.value);
  message.set_delta_hash(field_of(revision.delta_hash));
  message.set_at_unix_ms(to_unix_ms(revision.at));
  message.set_ends(revision.ends);
  return serialize(message);
}

Result<Revision> decode_revision(ByteView payload) {
  proto::Revision message;
  Revision out;
  const bool fits = parse(message, payload) && read_id(message.agreement(), out.agreement) &&
                    read_id(message.root(), out.root) && message.shards() <= kMaxShardsPerAgreement &&
                    message.bytes() <= kMaxShardsPerAgreement * kMaxChunkSize &&
                    read_id(message.delta_hash(), out.delta_hash) && is_possible_time(message.at_unix_ms());
  if (!fits) return malformed("revision");
  out.number = message.number();
  out.shards = message.shards();
  out.bytes = {message.bytes()};
  out.at = from_unix_ms(message.at_unix_ms());
  out.ends = message.ends();
  return out;
}

Result<Terms> verify_proposed_terms(const SignedPayload& proposal) {
  auto terms = decode_terms(proposal.payload);
  if (!terms) return terms;
  if (!crypto::verify(terms->owner_key, kTermsPurpose, proposal.payload, proposal.signature)) {
    return fail(Errc::invalid, "terms with a wrong signature of the owner");
  }
  return terms;
}

Result<Terms> verify_terms(const CoSigned& signed_by_both) {
  auto terms = verify_proposed_terms({signed_by_both.payload, signed_by_both.owner_signature});
  if (!terms) return terms;
  if (!crypto::verify(terms->holder_key, kTermsHolderPurpose, signed_by_both.payload,
                      signed_by_both.holder_signature)) {
    return fail(Errc::invalid, "terms with a wrong signature of the holder");
  }
  return terms;
}

Result<Revision> verify_proposed_revision(const SignedPayload& proposal, const PublicKey& owner_key) {
  auto revision = decode_revision(proposal.payload);
  if (!revision) return revision;
  if (!crypto::verify(owner_key, kRevisionPurpose, proposal.payload, proposal.signature)) {
    return fail(Errc::invalid, "revision with a wrong signature of the owner");
  }
  return revision;
}

Result<Revision> verify_revision(const CoSigned& signed_by_both, const Terms& terms) {
  auto revision =
      verify_proposed_revision({signed_by_both.payload, signed_by_both.owner_signature}, terms.owner_key);
  if (!revision) return revision;
  if (!crypto::verify(terms.holder_key, kRevisionHolderPurpose, signed_by_both.payload,
                      signed_by_both.holder_signature)) {
    return fail(Errc::invalid, "revision with a wrong signature of the holder");
  }
  return revision;
}

Bytes encode(const ChangeAgreement& message) {
  proto::ChangeAgreement out;
  out.set_revision(field_of(encode_signed(message.revision)));
  out.set_delta(field_of(message.delta));
  return serialize(out);
}

Result<ChangeAgreement> decode_change_agreement(ByteView bytes) {
  proto::ChangeAgreement message;
  if (!parse(message, bytes)) return malformed("change");
  auto revision = decode_signed(as_bytes(message.revision()));
  if (!revision) return std::unexpected(revision.error());
  return ChangeAgreement{std::move(*revision), bytes_of(message.delta())};
}

Bytes encode(const ChangeReply& message) {
  proto::ChangeReply out;
  out.set_outcome(static_cast<proto::ChangeReply::Outcome>(message.outcome));
  if (message.revision) out.set_revision(field_of(encode(*message.revision)));
  for (const auto& shard : message.missing) out.add_missing(field_of(shard));
  return serialize(out);
}

Result<ChangeReply> decode_change_reply(ByteView bytes) {
  proto::ChangeReply message;
  ChangeReply out;
  const bool fits = parse(message, bytes) && proto::ChangeReply::Outcome_IsValid(message.outcome()) &&
                    static_cast<std::size_t>(message.missing_size()) <= kMaxShardsPerChange;
  if (!fits) return malformed("reply to a change");
  out.outcome = static_cast<ChangeReply::Outcome>(message.outcome());
  for (const auto& shard : message.missing()) {
    if (!read_id(shard, out.missing.emplace_back())) return malformed("reply to a change");
  }
  if (!message.revision().empty()) {
    auto revision = decode_co_signed(as_bytes(message.revision()));
    if (!revision) return std::unexpected(revision.error());
    out.revision = std::move(*revision);
  }
  const bool is_whole = (out.outcome != ChangeReply::Outcome::agreed || out.revision) &&
                        (out.outcome == ChangeReply::Outcome::missing) != out.missing.empty();
  if (!is_whole) return malformed("reply to a change");
  return out;
}

}  // namespace mycostr::wire
