#include "audit/proof_maker.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "async/offload.hpp"
#include "async/task_group.hpp"
#include "audit/judge.hpp"
#include "crypto/merkle.hpp"

namespace mycostr::audit {

Task<Result<wire::Proof>> ProofMaker::make(wire::SignedChallenge signed_challenge, NodeId owner) {
  const auto& challenge = signed_challenge.challenge;
  agreement::ShardSet set(ports_.meta, ports_.crypto_pool, challenge.agreement);
  if (auto done = co_await set.load(); !done) co_return std::unexpected(done.error());
  if (set.root() != challenge.root || set.size() != challenge.shards)
    co_return fail(Errc::conflict, "the agreement has changed meanwhile");
  auto parts = challenge.kind == wire::AuditKind::plain ? co_await plain_parts(challenge, set, owner)
                                                        : co_await chained_parts(challenge, set, owner);
  if (!parts) co_return std::unexpected(parts.error());
  auto samples = co_await samples_of(std::move(parts->parts));
  if (!samples) co_return std::unexpected(samples.error());
  co_return wire::Proof{signed_challenge.hash(), std::move(*samples), std::move(parts->path)};
}

Task<Result<ProofMaker::Parts>> ProofMaker::plain_parts(wire::Challenge challenge, agreement::ShardSet& set,
                                                        NodeId owner) {
  const auto seed = selection_seed(challenge, ports_.self);
  const auto slots = plain_slots(challenge, seed);
  auto shown = co_await set.prove(slots);
  if (!shown) co_return std::unexpected(shown.error());
  std::map<std::uint64_t, Part> by_slot;
  for (std::size_t i = 0; i < slots.size(); ++i)
    by_slot[slots[i]] = part_of(slots[i], owner, shown->entries[i]);
  const auto leaf_count = [&](std::uint64_t slot) {
    return static_cast<std::uint32_t>(by_slot.at(slot).size.value / kLeafSize);
  };
  for (const auto& at : plain_positions(challenge, seed, leaf_count))
    by_slot.at(at.slot).leaves.push_back(at.leaf);
  Parts out{{}, std::move(shown->path)};
  for (auto& [slot, part] : by_slot) out.parts.push_back(std::move(part));
  co_return out;
}

Task<Result<ProofMaker::Parts>> ProofMaker::chained_parts(wire::Challenge challenge, agreement::ShardSet& set,
                                                          NodeId owner) {
  Chain chain(challenge.shards, selection_seed(challenge, ports_.self));
  std::vector<Position> walked;
  std::optional<std::uint64_t> bad_slot;
  for (std::uint32_t step = 0; step < challenge.count && !bad_slot; ++step) {
    const auto slot = chain.slot();
    const auto entry = co_await set.entries({slot});
    if (!entry) co_return std::unexpected(entry.error());
    auto part = part_of(slot, owner, entry->front());
    const auto leaf = chain.leaf(static_cast<std::uint32_t>(part.size.value / kLeafSize));
    part.leaves = {leaf};
    const auto shown = co_await sample(std::move(part));
    if (!shown) co_return std::unexpected(shown.error());
    if (shown->missing) {
      bad_slot = slot;
    } else {
      walked.push_back({slot, leaf});
      chain.advance(shown->leaves.front().data);
    }
  }
  // The walk ends where it came upon the bad shard first: nothing is shown of that one.
  if (bad_slot) walked.erase(std::ranges::find(walked, *bad_slot, &Position::slot), walked.end());
  co_return co_await parts_of(std::move(walked), bad_slot, set, owner);
}

Task<Result<ProofMaker::Parts>> ProofMaker::parts_of(std::vector<Position> positions,
                                                     std::optional<std::uint64_t> bad_slot,
                                                     agreement::ShardSet& set, NodeId owner) {
  std::map<std::uint64_t, std::set<std::uint32_t>> asked;
  for (const auto& at : positions) asked[at.slot].insert(at.leaf);
  if (bad_slot) asked[*bad_slot];
  std::vector<std::uint64_t> slots;
  for (const auto& [slot, leaves] : asked) slots.push_back(slot);
  auto shown = co_await set.prove(slots);
  if (!shown) co_return std::unexpected(shown.error());
  Parts out{{}, std::move(shown->path)};
  for (std::size_t i = 0; i < slots.size(); ++i) {
    auto part = part_of(slots[i], owner, shown->entries[i]);
    part.leaves.assign(asked[slots[i]].begin(), asked[slots[i]].end());
    out.parts.push_back(std::move(part));
  }
  co_return out;
}

ProofMaker::Part ProofMaker::part_of(std::uint64_t slot, const NodeId& owner, const wire::ShardEntry& entry) {
  return {slot, {owner, entry.id}, entry.size, {}};
}

Task<Result<std::vector<wire::ProofSample>>> ProofMaker::samples_of(std::vector<Part> parts) {
  std::vector<Result<wire::ProofSample>> results(parts.size());
  std::vector<Task<>> tasks;
  for (std::size_t i = 0; i < parts.size(); ++i) tasks.push_back(sample_into(results[i], parts[i]));
  co_await async::run_all(ports_.executor, "audit", std::move(tasks));
  std::vector<wire::ProofSample> out;
  for (auto& result : results) {
    if (!result) co_return std::unexpected(result.error());
    out.push_back(std::move(*result));
  }
  co_return out;
}

Task<> ProofMaker::sample_into(Result<wire::ProofSample>& out, Part part) {
  out = fail(Errc::internal, "a sample was not made");
  out = co_await sample(std::move(part));
}

Task<Result<wire::ProofSample>> ProofMaker::sample(Part part) {
  if (part.leaves.empty()) co_return missing(part);
  std::vector<wire::ProofSample::Leaf> leaves;
  for (const auto index : part.leaves) {
    const auto data = co_await ports_.chunks.read(part.key, {index * kLeafSize}, {kLeafSize});
    if (!data && data.error().code == Errc::io) co_return std::unexpected(data.error());
    if (!data) co_return missing(part);
    leaves.push_back({index, Bytes(data->view().begin(), data->view().end())});
  }
  auto hashes = co_await leaf_hashes_.find(part.key);
  if (!hashes) co_return std::unexpected(hashes.error());
  if (*hashes) {
    auto made = co_await async::offload(ports_.crypto_pool, [&] {
      return make_sample(part.slot, part.key.shard, part.size, **hashes, std::move(leaves));
    });
    if (made) co_return std::move(*made);
  }
  co_return co_await sample_anew(std::move(part));
}

Task<Result<wire::ProofSample>> ProofMaker::sample_anew(Part part) {
  const auto whole = co_await ports_.chunks.get(part.key);
  if (!whole && whole.error().code == Errc::io) co_return std::unexpected(whole.error());
  if (!whole || whole->size() != part.size.value) co_return missing(part);
  std::vector<Digest> hashes;
  auto made = co_await async::offload(ports_.crypto_pool, [&] {
    hashes = crypto::merkle_leaves(whole->view());
    std::vector<wire::ProofSample::Leaf> leaves;
    for (const auto index : part.leaves) {
      const auto data = whole->view().subspan(index * kLeafSize, kLeafSize);
      leaves.push_back({index, Bytes(data.begin(), data.end())});
    }
    return make_sample(part.slot, part.key.shard, part.size, hashes, std::move(leaves));
  });
  if (!made) co_return missing(part);
  co_await leaf_hashes_.save(part.key, std::move(hashes));
  co_return std::move(*made);
}

wire::ProofSample ProofMaker::missing(const Part& part) {
  return {part.slot, part.key.shard, part.size, true, {}, {}};
}

}  // namespace mycostr::audit
