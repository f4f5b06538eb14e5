#include "audit/judge.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "audit/selection.hpp"
#include "crypto/merkle.hpp"
#include "crypto/merkle_batch.hpp"

namespace mycostr::audit {
namespace {

using wire::ProofSample;
using Samples = std::span<const ProofSample>;

const ProofSample* find_slot(Samples samples, std::uint64_t slot) {
  const auto at = std::ranges::lower_bound(samples, slot, {}, &ProofSample::slot);
  return at != samples.end() && at->slot == slot ? &*at : nullptr;
}

bool joins_agreement(const wire::Challenge& challenge, const wire::Proof& proof) {
  std::vector<crypto::ProvenLeaf> entries;
  for (const auto& sample : proof.samples) {
    entries.push_back({sample.slot, wire::leaf_of({sample.shard, sample.size})});
  }
  return crypto::batch_root(challenge.shards, entries, proof.path) == challenge.root;
}

std::optional<Digest> root_of(const ProofSample& sample) {
  std::vector<crypto::ProvenLeaf> leaves;
  for (const auto& leaf : sample.leaves) leaves.push_back({leaf.index, crypto::merkle_leaf(leaf.data)});
  return crypto::batch_root(sample.leaf_count(), leaves, sample.path);
}

bool joins_shard(const ProofSample& sample) {
  const auto root = root_of(sample);
  return root && root->bytes == sample.shard.bytes;
}

/// The positions shown.
std::vector<Position> positions_in(Samples samples) {
  std::vector<Position> out;
  for (const auto& sample : samples) {
    for (const auto& leaf : sample.leaves) out.push_back({sample.slot, leaf.index});
  }
  return out;
}

bool shows_what_was_asked(const wire::Challenge& challenge, const Digest& seed, Samples samples) {
  if (!std::ranges::equal(samples, plain_slots(challenge, seed), {}, &ProofSample::slot)) return false;
  auto asked = plain_positions(challenge, seed,
                               [&](std::uint64_t slot) { return find_slot(samples, slot)->leaf_count(); });
  std::erase_if(asked, [&](const Position& at) { return find_slot(samples, at.slot)->missing; });
  return positions_in(samples) == asked;
}

const wire::ProofSample::Leaf* find_leaf(const ProofSample& sample, std::uint32_t index) {
  const auto at = std::ranges::lower_bound(sample.leaves, index, {}, &ProofSample::Leaf::index);
  return at != sample.leaves.end() && at->index == index ? &*at : nullptr;
}

/// Walks the chain through what is shown; it may end early at a shard that is missing.
bool shows_the_walk(const wire::Challenge& challenge, const Digest& seed, Samples samples) {
  Chain chain(challenge.shards, seed);
  std::set<std::uint64_t> visited;
  std::set<Position> walked;
  for (std::uint32_t step = 0; step < challenge.count; ++step) {
    const auto* sample = find_slot(samples, chain.slot());
    if (sample == nullptr) return false;
    visited.insert(sample->slot);
    if (sample->missing) break;
    const auto index = chain.leaf(sample->leaf_count());
    const auto* leaf = find_leaf(*sample, index);
    if (leaf == nullptr) return false;
    walked.insert({sample->slot, index});
    chain.advance(leaf->data);
  }
  return visited.size() == samples.size() && walked.size() == positions_in(samples).size();
}

std::string fault_of(const wire::Challenge& challenge, const NodeId& holder, const wire::Proof& proof) {
  if (!joins_agreement(challenge, proof)) return "the shards shown are not those of the agreement";
  const auto seed = selection_seed(challenge, holder);
  const bool fits = challenge.kind == wire::AuditKind::plain
                        ? shows_what_was_asked(challenge, seed, proof.samples)
                        : shows_the_walk(challenge, seed, proof.samples);
  if (!fits) return "the leaves shown are not those asked for";
  for (const auto& sample : proof.samples) {
    if (!sample.missing && !joins_shard(sample)) {
      return fmt::format("wrong bytes of shard {}", sample.shard.hex());
    }
  }
  return "";
}

}  // namespace

Judgement judge(const wire::SignedChallenge& challenge, const PublicKey& holder_key, ByteView reply) {
  Judgement out;
  const auto proof = wire::decode_proof(reply);
  if (!proof) {
    out.why = proof.error().detail;
    return out;
  }
  if (!proof->is_signed_by(holder_key) || proof->proof.challenge != challenge.hash()) {
    out.why = "the proof is not signed by the holder for this challenge";
    return out;
  }
  out.is_from_holder = true;
  out.why = fault_of(challenge.challenge, crypto::node_id_of(holder_key), proof->proof);
  if (!out.why.empty()) return out;
  for (const auto& sample : proof->proof.samples) {
    if (sample.missing) out.lost.push_back(sample.shard);
    out.leaves += static_cast<std::uint32_t>(sample.leaves.size());
  }
  out.passed = out.lost.empty();
  if (!out.passed) out.why = fmt::format("the holder says that it lost {} of the shards", out.lost.size());
  return out;
}

std::optional<wire::ProofSample> make_sample(std::uint64_t slot, const ShardId& shard, ByteCount size,
                                             std::span<const Digest> leaf_hashes,
                                             std::vector<wire::ProofSample::Leaf> leaves) {
  wire::ProofSample sample{slot, shard, size, false, std::move(leaves), {}};
  std::vector<std::uint64_t> indices;
  for (const auto& leaf : sample.leaves) indices.push_back(leaf.index);
  if (leaf_hashes.size() != sample.leaf_count()) return std::nullopt;
  sample.path = crypto::batch_path(leaf_hashes, indices);
  if (!joins_shard(sample)) return std::nullopt;
  return sample;
}

}  // namespace mycostr::audit
