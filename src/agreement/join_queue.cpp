#include "agreement/join_queue.hpp"

#include <algorithm>

#include "agreement/keys.hpp"

namespace mycostr::agreement {
namespace {

std::string size_text(ByteCount size) {
  std::string out;
  append_be64(out, size.value);
  return out;
}

struct Place {
  NodeId holder;
  ShardId shard;
};

Result<Place> place_in(std::string_view key, std::string_view kind) {
  const auto ids = as_bytes(key).subspan(kind.size());
  if (ids.size() != NodeId::kSize + ShardId::kSize) return fail(Errc::corrupt, "a row of a shard that joins");
  return Place{*NodeId::from(ids.first(NodeId::kSize)), *ShardId::from(ids.last(ShardId::kSize))};
}

Result<wire::ShardEntry> entry_in(const KeyValue& row) {
  const auto place = place_in(row.key, keys::kJoins);
  if (!place) return std::unexpected(place.error());
  if (row.value.size() != 8) return fail(Errc::corrupt, "the size of a shard that joins");
  return wire::ShardEntry{place->shard, {read_be64(as_bytes(row.value))}};
}

constexpr std::size_t kRowsAtOnce = 1000;

}  // namespace

Task<Result<void>> JoinQueue::open() {
  for (std::string after;;) {
    const auto rows = co_await store_.scan({std::string(keys::kJoins), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      const auto place = place_in(row.key, keys::kJoins);
      if (!place) co_return std::unexpected(place.error());
      const auto entry = entry_in(row);
      if (!entry) co_return std::unexpected(entry.error());
      waiting_[place->holder].value += entry->size.value;
      after = row.key;
    }
    if (rows->size() < kRowsAtOnce) co_return Result<void>();
  }
}

void JoinQueue::add(WriteBatch& batch, const NodeId& holder, const wire::ShardEntry& shard) {
  batch.put(keys::at_holder(keys::kJoins, holder, shard.id), size_text(shard.size));
}

void JoinQueue::drop(WriteBatch& batch, const NodeId& holder, const ShardId& shard) {
  batch.erase(keys::at_holder(keys::kJoins, holder, shard));
  batch.erase(keys::at_holder(keys::kMissing, holder, shard));
}

void JoinQueue::joined(WriteBatch& batch, const NodeId& holder, const ShardId& shard) {
  batch.erase(keys::at_holder(keys::kJoins, holder, shard));
}

void JoinQueue::mark_missing(WriteBatch& batch, const NodeId& holder, const wire::ShardEntry& shard) {
  batch.erase(keys::at_holder(keys::kJoins, holder, shard.id));
  batch.put(keys::at_holder(keys::kMissing, holder, shard.id), size_text(shard.size));
}

void JoinQueue::added(const NodeId& holder, ByteCount bytes) {
  const auto [at, is_new] = waiting_.try_emplace(holder);
  at->second.value += bytes.value;
  if (const auto look = added_.find(holder); look != added_.end()) look->second.value += bytes.value;
  if (is_new) wake();
}

void JoinQueue::took(const NodeId& holder, ByteCount bytes) {
  if (const auto at = waiting_.find(holder); at != waiting_.end())
    at->second.value -= std::min(at->second.value, bytes.value);
}

Task<Result<std::vector<wire::ShardEntry>>> JoinQueue::waiting(NodeId holder, std::size_t limit) {
  // What is added meanwhile may be missing in what is read.
  added_[holder] = {};
  const auto rows = co_await store_.scan({keys::at_holder(keys::kJoins, holder), "", limit});
  const auto added = added_.extract(holder).mapped();
  if (!rows) co_return std::unexpected(rows.error());
  std::vector<wire::ShardEntry> out;
  ByteCount found;
  for (const auto& row : *rows) {
    const auto entry = entry_in(row);
    if (!entry) co_return std::unexpected(entry.error());
    found.value += entry->size.value;
    out.push_back(*entry);
  }
  if (rows->empty() && added.value == 0) {
    waiting_.erase(holder);
  } else if (rows->size() < limit) {
    waiting_[holder].value = found.value + added.value;
  }
  co_return out;
}

Task<Result<std::vector<JoinQueue::Missing>>> JoinQueue::missing(std::optional<Missing> after,
                                                                 std::size_t limit) {
  const auto start = after ? keys::at_holder(keys::kMissing, after->holder, after->shard) : "";
  const auto rows = co_await store_.scan({std::string(keys::kMissing), start, limit});
  if (!rows) co_return std::unexpected(rows.error());
  std::vector<Missing> out;
  for (const auto& row : *rows) {
    const auto place = place_in(row.key, keys::kMissing);
    if (!place) co_return std::unexpected(place.error());
    out.push_back({place->holder, place->shard});
  }
  co_return out;
}

}  // namespace mycostr::agreement
