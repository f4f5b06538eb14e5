// The part of Catalog that goes from holders to chunks, and changes chunks of files that are there.
#include "files/catalog.hpp"
#include "files/catalog_keys.hpp"

namespace mycostr::files {
namespace {

Result<ShardPlace> place_in(const ShardId& shard, std::string_view value) {
  const auto bytes = as_bytes(value);
  if (bytes.size() != FileId::kSize + 8) return fail(Errc::corrupt, "catalog: the place of a shard");
  return ShardPlace{shard, *FileId::from(bytes.first(FileId::kSize)), read_be64(bytes.last(8))};
}

bool has(const std::vector<ShardInfo>& shards, const ShardInfo& wanted) {
  return std::ranges::any_of(
      shards, [&](const ShardInfo& shard) { return shard.id == wanted.id && shard.holder == wanted.holder; });
}

std::vector<ShardInfo> without(const std::vector<ShardInfo>& shards, const std::vector<ShardInfo>& others) {
  std::vector<ShardInfo> out;
  std::ranges::copy_if(shards, std::back_inserter(out),
                       [&](const auto& shard) { return !has(others, shard); });
  return out;
}

}  // namespace

Task<Result<std::vector<ShardPlace>>> Catalog::shards_of(NodeId holder, std::optional<ShardId> after,
                                                         std::size_t limit) {
  const auto prefix = std::string(keys::kKept) + std::string(holder.text());
  const auto start = after ? keys::kept(holder, *after) : "";
  const auto rows = co_await store_.scan({prefix, start, limit});
  if (!rows) co_return std::unexpected(rows.error());
  std::vector<ShardPlace> out;
  for (const auto& row : *rows) {
    const auto shard = ShardId::from(as_bytes(row.key).subspan(prefix.size()));
    if (!shard) co_return fail(Errc::corrupt, "catalog: the key of a shard's place");
    const auto place = place_in(*shard, row.value);
    if (!place) co_return std::unexpected(place.error());
    out.push_back(*place);
  }
  co_return out;
}

Task<Result<std::optional<ShardPlace>>> Catalog::place_of(NodeId holder, ShardId shard) {
  const auto row = co_await store_.get(keys::kept(holder, shard));
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return std::optional<ShardPlace>();
  const auto place = place_in(shard, **row);
  if (!place) co_return std::unexpected(place.error());
  co_return std::optional(*place);
}

Task<Result<std::optional<NodeId>>> Catalog::next_holder(std::optional<NodeId> after) {
  std::string start;
  if (after)
    start = keys::kept(*after, ShardId()).substr(0, keys::kKept.size() + NodeId::kSize) +
            std::string(ShardId::kSize + 1, '\xff');
  const auto rows = co_await store_.scan({std::string(keys::kKept), start, 1});
  if (!rows) co_return std::unexpected(rows.error());
  if (rows->empty()) co_return std::optional<NodeId>();
  const auto ids = as_bytes(rows->front().key).subspan(keys::kKept.size());
  if (ids.size() != NodeId::kSize + ShardId::kSize) {
    co_return fail(Errc::corrupt, "catalog: the key of a shard's place");
  }
  co_return NodeId::from(ids.first(NodeId::kSize));
}

Task<Result<void>> Catalog::delete_shards(FileId id, NodeId holder, std::vector<ShardId> shards) {
  ChunkInfo chunk;
  for (const auto& shard : shards) chunk.shards.push_back({shard, 0, holder, {}, {}});
  WriteBatch batch;
  batch.put(keys::chunk(id, chunk.index), encode(chunk));
  co_return co_await commit_deletion(std::move(batch), id, 0);
}

Task<Result<void>> Catalog::add_kept_rows() {
  constexpr std::size_t kRowsAtOnce = 250;
  const auto are_there = co_await store_.get(std::string(keys::kAllKept));
  if (!are_there) co_return std::unexpected(are_there.error());
  if (*are_there) co_return Result<void>();
  for (std::string after;;) {
    const auto rows = co_await store_.scan({std::string(keys::kChunks), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    WriteBatch batch;
    for (const auto& row : *rows) {
      if (auto added = add_kept_rows_of(row, batch); !added) co_return added;
      after = row.key;
    }
    const bool is_last = rows->size() < kRowsAtOnce;
    if (is_last) batch.put(std::string(keys::kAllKept), "");
    if (auto done = co_await store_.commit(std::move(batch), Durability::buffered); !done) co_return done;
    if (is_last) co_return Result<void>();
  }
}

Result<void> Catalog::add_kept_rows_of(const KeyValue& row, WriteBatch& batch) {
  const auto ids = as_bytes(row.key).subspan(keys::kChunks.size());
  if (ids.size() != FileId::kSize + 8) return fail(Errc::corrupt, "catalog: a chunk's key is malformed");
  const auto chunk = decode_chunk(read_be64(ids.last(8)), row.value);
  if (!chunk) return std::unexpected(chunk.error());
  for (const auto& shard : chunk->shards) {
    if (!shard.receipt.empty()) put_kept(batch, *FileId::from(ids.first(FileId::kSize)), *chunk, shard);
  }
  return {};
}

bool Catalog::is_updating(const FileId& file) const {
  const auto first = updating_.lower_bound({file, 0});
  return first != updating_.end() && first->first == file;
}

Task<Result<void>> Catalog::update_chunk(ChunkUpdate update) {
  const auto changed = [] { return fail(Errc::conflict, "the chunk is being changed by another"); };
  if (erasing_.contains(update.file)) co_return changed();
  if (!updating_.insert({update.file, update.before.index}).second) co_return changed();
  struct Ended {
    Catalog& catalog;
    const std::pair<FileId, std::uint64_t> chunk;
    ~Ended() {
      catalog.updating_.erase(chunk);
      catalog.updated_.notify_all();
    }
  } ended{*this, {update.file, update.before.index}};
  if (auto same = co_await check_unchanged(update); !same) co_return same;
  const bool drops = !without(update.before.shards, update.shards).empty();
  auto done =
      co_await commit_deletion(batch_of(update), drops ? std::optional(update.remains) : std::nullopt, 0);
  for (const auto& shard : without(update.shards, update.before.shards)) {
    joins_.added(shard.holder, update.before.size);
  }
  co_return done;
}

Task<Result<void>> Catalog::check_unchanged(const ChunkUpdate& update) {
  const auto changed = [] { return fail(Errc::conflict, "the chunk is not as it was"); };
  const auto file = co_await store_.get(keys::with(keys::kFiles, update.file));
  if (!file) co_return std::unexpected(file.error());
  const auto row = co_await store_.get(keys::chunk(update.file, update.before.index));
  if (!row) co_return std::unexpected(row.error());
  if (!*file || !*row) co_return changed();
  // Decoded, for a row may have been written by an older version.
  const auto now = decode_chunk(update.before.index, **row);
  if (!now) co_return std::unexpected(now.error());
  if (encode(*now) != encode(update.before)) co_return changed();
  co_return Result<void>();
}

WriteBatch Catalog::batch_of(const ChunkUpdate& update) {
  WriteBatch batch;
  auto chunk = update.before;
  chunk.shards = update.shards;
  batch.put(keys::chunk(update.file, chunk.index), encode(chunk));
  for (const auto& shard : without(update.shards, update.before.shards)) {
    put_kept(batch, update.file, chunk, shard);
  }
  auto dropped = update.before;
  dropped.shards = without(update.before.shards, update.shards);
  for (const auto& shard : dropped.shards) {
    batch.erase(keys::kept(shard.holder, shard.id));
    agreement::JoinQueue::drop(batch, shard.holder, shard.id);
  }
  if (!dropped.shards.empty()) batch.put(keys::chunk(update.remains, chunk.index), encode(dropped));
  if (update.plan) {
    batch.erase(keys::with(keys::kUploads, *update.plan));
    batch.erase(keys::chunk(*update.plan, chunk.index));
  }
  return batch;
}

}  // namespace mycostr::files
