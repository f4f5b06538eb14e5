// The part of Model that holds agreements against the catalog and against each other.
#include <fmt/core.h>

#include "agreement/keys.hpp"
#include "agreement/shard_set.hpp"
#include "crypto/merkle.hpp"
#include "files/catalog_keys.hpp"
#include "sim/model.hpp"
#include "sim/rows.hpp"

namespace mycostr::sim {
namespace {

namespace rows = agreement::keys;
using agreement::Role;
using agreement::State;

/// Jobs run where they are posted.
class PoolAtOnce final : public WorkerPool {
 public:
  void post(std::move_only_function<void()> job) override { job(); }
};

Task<Result<std::vector<wire::ShardEntry>>> all_of(SimNode& node, AgreementId agreement) {
  PoolAtOnce pool;
  agreement::ShardSet set(node.meta(), pool, agreement);
  if (auto done = co_await set.load(); !done) co_return std::unexpected(done.error());
  std::vector<std::uint64_t> slots;
  for (std::uint64_t i = 0; i < set.size(); ++i) slots.push_back(i);
  co_return co_await set.entries(std::move(slots));
}

}  // namespace

Task<> Model::check_agreements(SimNode& owner) {
  check_kept_rows(owner);
  check_rows_of_agreements(owner);
  for (const auto& [holder, shards] : promised_[owner.number()]) {
    auto* node = world_.find(holder);
    if (node != nullptr) co_await check_agreement(owner, *node, shards);
  }
  const auto& promised = promised_[owner.number()];
  for (const auto& [id, agreement] : owner.engine().agreements().all()) {
    const bool is_empty = agreement.role != Role::owner || agreement.revision.shards == 0;
    if (agreement.state == State::active && !is_empty && !promised.contains(agreement.peer)) {
      complain_of(owner, "has an agreement for shards of no file");
    }
  }
}

Task<> Model::check_agreement(SimNode& owner, SimNode& holder, const Shards& shards) {
  const auto* mine = owner.engine().agreements().with(Role::owner, holder.id());
  const auto* theirs = holder.engine().agreements().with(Role::holder, owner.id());
  if (mine == nullptr || theirs == nullptr) {
    co_return complain_of(owner, fmt::format("has no agreement with node {}", holder.number()));
  }
  if (mine->signed_terms != theirs->signed_terms || mine->signed_revision != theirs->signed_revision) {
    co_return complain_of(owner, fmt::format("and node {} have signed different things", holder.number()));
  }
  const auto agreement = *mine;
  co_await check_set(owner, agreement, shards);
  co_await check_set(holder, agreement, shards);
}

Task<> Model::check_set(SimNode& side, agreement::Agreement agreement, const Shards& shards) {
  const auto entries = co_await all_of(side, agreement.id);
  if (!entries) co_return complain_of(side, "an agreement's shards: " + to_string(entries.error()));
  std::vector<Digest> leaves;
  Shards there;
  for (const auto& entry : *entries) {
    leaves.push_back(wire::leaf_of(entry));
    there.insert(entry.id);
  }
  if (there != shards) complain_of(side, "an agreement is not what the files say");
  if (crypto::merkle_root_of_leaves(leaves) != agreement.revision.root) {
    complain_of(side, "an agreement's root is not that of its shards");
  }
  const auto slots = keys_of(side, rows::of(rows::kSlots, agreement.id));
  if (slots.size() != shards.size()) complain_of(side, "rows of an agreement's slots are left over");
}

void Model::check_kept_rows(SimNode& owner) {
  std::size_t shards = 0;
  for (const auto& [holder, promised] : promised_[owner.number()]) {
    shards += promised.size();
    for (const auto& shard : promised) {
      if (!owner.meta().rows().contains(files::keys::kept(holder, shard))) {
        complain_of(owner, "does not find the chunk of a shard");
      }
    }
  }
  if (keys_of(owner, files::keys::kKept).size() != shards) {
    complain_of(owner, "rows of shards' chunks are left over");
  }
}

void Model::check_rows_of_agreements(SimNode& node) {
  if (!keys_of(node, rows::kMissing).empty()) complain_of(node, "misses shards that holders keep");
  for (const auto kind : {rows::kRoots, rows::kPages, rows::kSlots}) {
    for (const auto& key : keys_of(node, kind)) {
      const auto id = AgreementId::from(as_bytes(key).subspan(kind.size(), AgreementId::kSize));
      const auto* agreement = node.engine().agreements().find(*id);
      if (agreement == nullptr || agreement->state != State::active) {
        complain_of(node, "rows of an agreement that has ended");
      }
    }
  }
}

}  // namespace mycostr::sim
