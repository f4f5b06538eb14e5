#include "files/catalog.hpp"

#include "files/catalog_keys.hpp"
#include "mycostr/catalog.pb.h"

namespace mycostr::files {
namespace {

constexpr std::size_t kPage = 1000;
/// Rows of the list looked at for one answer: a prefix that few names have must not read the whole catalog.
constexpr std::size_t kMaxRowsPerList = 10'000;

std::string encode_idempotency(const IdempotencyEntry& entry) {
  proto::IdempotencyRow row;
  row.set_file(std::string(entry.file.text()));
  row.set_content_hash(std::string(entry.content.text()));
  row.set_options_hash(std::string(entry.options.text()));
  return row.SerializeAsString();
}

}  // namespace

Task<Result<void>> Catalog::open() {
  const auto count = co_await store_.get(std::string(keys::kFileCount));
  if (!count) co_return std::unexpected(count.error());
  if (*count && (*count)->size() != 8)
    co_return fail(Errc::corrupt, "catalog: the count of files cannot be read");
  file_count_ = *count ? read_be64(as_bytes(**count)) : 0;
  if (auto done = co_await add_kept_rows(); !done) co_return done;
  for (;;) {
    const auto uploads = co_await store_.scan({std::string(keys::kUploads), "", kPage});
    if (!uploads) co_return std::unexpected(uploads.error());
    if (uploads->empty()) co_return Result<void>();
    WriteBatch batch;
    for (const auto& row : *uploads) {
      batch.erase(row.key);
      batch.put(std::string(keys::kDeletions) + row.key.substr(keys::kUploads.size()), "");
    }
    if (auto done = co_await store_.commit(std::move(batch), Durability::synced); !done) co_return done;
  }
}

Task<Result<void>> Catalog::commit(WriteBatch batch, Durability durability, std::int64_t file_count_change) {
  if (file_count_change != 0) {
    // Commits are applied in the order they are asked for, so the newest count on disk is the right one.
    file_count_ += static_cast<std::uint64_t>(file_count_change);
    std::string count;
    append_be64(count, file_count_);
    batch.put(std::string(keys::kFileCount), std::move(count));
  }
  auto done = co_await store_.commit(std::move(batch), durability);
  if (!done) file_count_ -= static_cast<std::uint64_t>(file_count_change);
  co_return done;
}

Task<Result<void>> Catalog::commit_deletion(WriteBatch batch, std::optional<FileId> deletion,
                                            std::int64_t file_count_change) {
  if (deletion) batch.put(keys::with(keys::kDeletions, *deletion), "");
  auto done = co_await commit(std::move(batch), Durability::synced, file_count_change);
  if (deletion && on_deletion) on_deletion(*deletion);
  co_return done;
}

Task<Result<std::optional<FileInfo>>> Catalog::find(FileId id) {
  const auto row = co_await store_.get(keys::with(keys::kFiles, id));
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return std::optional<FileInfo>();
  auto file = decode_file(id, **row);
  if (!file) co_return std::unexpected(file.error());
  co_return std::optional(std::move(*file));
}

Task<Result<std::vector<ChunkInfo>>> Catalog::chunks(FileId id, std::uint64_t offset, std::size_t limit) {
  const auto prefix = keys::with(keys::kChunks, id);
  const auto after = offset == 0 ? "" : keys::chunk(id, offset - 1);
  const auto rows = co_await store_.scan({prefix, after, limit});
  if (!rows) co_return std::unexpected(rows.error());
  std::vector<ChunkInfo> out;
  for (const auto& row : *rows) {
    if (row.key.size() != prefix.size() + 8)
      co_return fail(Errc::corrupt, "catalog: a chunk's key is malformed");
    auto chunk = decode_chunk(read_be64(as_bytes(row.key).last(8)), row.value);
    if (!chunk) co_return std::unexpected(chunk.error());
    out.push_back(std::move(*chunk));
  }
  co_return out;
}

Task<Result<FileList>> Catalog::list(ListRequest request) {
  FileList out;
  std::string after;
  if (!request.cursor.empty()) {
    Bytes place(8 + FileId::kSize);
    if (!from_hex(request.cursor, place)) co_return fail(Errc::invalid, "not a cursor of this list");
    after = std::string(keys::kList) + std::string(as_text(place));
  }
  for (std::size_t looked_at = 0; looked_at < kMaxRowsPerList;) {
    const auto rows = co_await store_.scan({std::string(keys::kList), after, kPage, request.newest_first});
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      if (row.value.starts_with(request.prefix)) {
        if (out.files.size() == request.limit) {
          out.next_cursor = to_hex(as_bytes(after).subspan(keys::kList.size()));
          co_return out;
        }
        const auto id = keys::file_in(row.key, keys::kList.size() + 8);
        if (!id) co_return fail(Errc::corrupt, "catalog: a list entry is malformed");
        auto file = co_await find(*id);
        if (!file) co_return std::unexpected(file.error());
        if (*file) out.files.push_back(std::move(**file));  // or deleted since the scan
      }
      after = row.key;
    }
    if (rows->size() < kPage) co_return out;
    looked_at += rows->size();
  }
  out.next_cursor = to_hex(as_bytes(after).subspan(keys::kList.size()));
  co_return out;
}

Task<Result<void>> Catalog::plan_chunk(FileId id, ChunkInfo chunk) {
  WriteBatch batch;
  batch.put(keys::with(keys::kUploads, id), "");
  batch.put(keys::chunk(id, chunk.index), encode(chunk));
  co_return co_await commit(std::move(batch), Durability::synced, 0);
}

Task<Result<void>> Catalog::replan_chunk(FileId id, ChunkInfo chunk, ShardInfo former, FileId remains) {
  auto forgotten = chunk;
  forgotten.shards = {std::move(former)};
  WriteBatch batch;
  batch.put(keys::chunk(id, chunk.index), encode(chunk));
  batch.put(keys::chunk(remains, chunk.index), encode(forgotten));
  co_return co_await commit_deletion(std::move(batch), remains, 0);
}

Task<Result<void>> Catalog::record_receipts(FileId id, std::vector<ChunkInfo> chunks) {
  WriteBatch batch;
  for (const auto& chunk : chunks) put_with_receipts(batch, id, chunk);
  auto done = co_await commit(std::move(batch), Durability::buffered, 0);
  tell_joining(chunks);
  co_return done;
}

void Catalog::put_with_receipts(WriteBatch& batch, const FileId& id, const ChunkInfo& chunk) {
  batch.put(keys::chunk(id, chunk.index), encode(chunk));
  for (const auto& shard : chunk.shards) put_kept(batch, id, chunk, shard);
}

void Catalog::put_kept(WriteBatch& batch, const FileId& id, const ChunkInfo& chunk, const ShardInfo& shard) {
  std::string place(id.text());
  append_be64(place, chunk.index);
  batch.put(keys::kept(shard.holder, shard.id), std::move(place));
  agreement::JoinQueue::add(batch, shard.holder, {shard.id, chunk.size});
}

void Catalog::tell_joining(const std::vector<ChunkInfo>& chunks) {
  for (const auto& chunk : chunks) {
    for (const auto& shard : chunk.shards) joins_.added(shard.holder, chunk.size);
  }
}

Task<Result<void>> Catalog::commit_upload(FileInfo file, std::vector<ChunkInfo> chunks,
                                          std::optional<IdempotencyEntry> idempotency) {
  WriteBatch batch;
  for (const auto& chunk : chunks) put_with_receipts(batch, file.id, chunk);
  if (file.chunk_count > 0) batch.erase(keys::with(keys::kUploads, file.id));
  batch.put(keys::with(keys::kFiles, file.id), encode(file));
  batch.put(keys::list_entry(file.id, file.created), file.name);
  if (idempotency) {
    batch.put(std::string(keys::kIdempotency) + std::string(as_text(file.idempotency_key_hash)),
              encode_idempotency(*idempotency));
  }
  auto done = co_await commit(std::move(batch), Durability::synced, 1);
  tell_joining(chunks);
  co_return done;
}

Task<Result<void>> Catalog::abandon_upload(FileId id) {
  WriteBatch batch;
  batch.erase(keys::with(keys::kUploads, id));
  co_return co_await commit_deletion(std::move(batch), id, 0);
}

Task<Result<bool>> Catalog::erase(FileId id) {
  // Two deletions at once: the second one finds it here. Before the row is read, or both could still see it.
  if (!erasing_.insert(id).second) co_return false;
  struct Ended {
    std::set<FileId>& erasing;
    const FileId id;
    ~Ended() { erasing.erase(id); }
  } ended{erasing_, id};
  // What is being written to a chunk now would otherwise be missed by those who clean up.
  while (is_updating(id)) co_await updated_.wait();
  const auto file = co_await find(id);
  if (!file) co_return std::unexpected(file.error());
  if (!*file) co_return false;
  WriteBatch batch;
  batch.erase(keys::with(keys::kFiles, id));
  batch.erase(keys::list_entry(id, (*file)->created));
  if (!(*file)->idempotency_key_hash.empty()) {
    batch.erase(std::string(keys::kIdempotency) + std::string(as_text((*file)->idempotency_key_hash)));
  }
  const auto deletion = (*file)->chunk_count > 0 ? std::optional(id) : std::nullopt;
  const auto done = co_await commit_deletion(std::move(batch), deletion, -1);
  if (!done) co_return std::unexpected(done.error());
  co_return true;
}

Task<Result<std::vector<FileId>>> Catalog::deletions(std::optional<FileId> after, std::size_t limit) {
  const auto start = after ? keys::with(keys::kDeletions, *after) : "";
  const auto rows = co_await store_.scan({std::string(keys::kDeletions), start, limit});
  if (!rows) co_return std::unexpected(rows.error());
  std::vector<FileId> out;
  for (const auto& row : *rows) {
    if (const auto id = keys::file_in(row.key, keys::kDeletions.size())) out.push_back(*id);
  }
  co_return out;
}

Task<Result<bool>> Catalog::is_deleted(FileId id) {
  const auto row = co_await store_.get(keys::with(keys::kDeletions, id));
  if (!row) co_return std::unexpected(row.error());
  co_return row->has_value();
}

Task<Result<void>> Catalog::update_deletion(FileId id, std::vector<ChunkInfo> chunks,
                                            std::vector<HeldShard> gone) {
  WriteBatch batch;
  for (const auto& shard : gone) {
    // At a holder that was given up it may still wait to join.
    batch.erase(keys::kept(shard.holder, shard.shard));
    agreement::JoinQueue::drop(batch, shard.holder, shard.shard);
  }
  for (const auto& chunk : chunks) {
    auto key = keys::chunk(id, chunk.index);
    if (chunk.shards.empty()) {
      batch.erase(std::move(key));
    } else {
      batch.put(std::move(key), encode(chunk));
    }
  }
  co_return co_await commit(std::move(batch), Durability::buffered, 0);
}

Task<Result<void>> Catalog::end_deletion(FileId id) {
  WriteBatch batch;
  batch.erase(keys::with(keys::kDeletions, id));
  co_return co_await commit(std::move(batch), Durability::buffered, 0);
}

Task<Result<std::optional<IdempotencyEntry>>> Catalog::find_idempotency(Digest key_hash) {
  const auto text = co_await store_.get(std::string(keys::kIdempotency) + std::string(key_hash.text()));
  if (!text) co_return std::unexpected(text.error());
  if (!*text) co_return std::optional<IdempotencyEntry>();
  proto::IdempotencyRow row;
  const bool parsed = row.ParseFromString(**text);
  const auto file = FileId::from(as_bytes(row.file()));
  const auto content = Digest::from(as_bytes(row.content_hash()));
  const auto options = Digest::from(as_bytes(row.options_hash()));
  if (!parsed || !file || !content || !options) co_return fail(Errc::corrupt, "catalog: an idempotency row");
  co_return std::optional(IdempotencyEntry{*file, *content, *options});
}

}  // namespace mycostr::files
