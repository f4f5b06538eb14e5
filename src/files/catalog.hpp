// The owner's files on its own disk: rows in the MetaStore (docs/protocol.md, "Catalog").
//
// A file becomes visible in one commit, after all of its chunks are kept by their holders. What is written
// before that says which holders may keep shards of it, so that whatever happens they can be told to forget
// them.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "files/manifest.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::files {

struct FileList {
  std::vector<FileInfo> files;  ///< oldest first
  std::string next_cursor;      ///< empty at the end
};

struct ListRequest {
  std::string prefix;  ///< of the name
  std::string cursor;  ///< a FileList's, or empty
  std::size_t limit = 100;
};

/// What an idempotency key was used for.
struct IdempotencyEntry {
  FileId file;
  Digest content;  ///< SHA-256 of the plaintext
  Digest options;
};

/// Loop thread only. Errors of all tasks: io, corrupt, and those named.
class Catalog {
 public:
  explicit Catalog(MetaStore& store) : store_(store) {}

  /// Once, before anything else: reads the counters, and turns uploads that did not end into deletions.
  Task<Result<void>> open();

  Task<Result<std::optional<FileInfo>>> find(FileId id);
  /// Rows `offset` to `offset + limit`; fewer at the end.
  Task<Result<std::vector<ChunkInfo>>> chunks(FileId id, std::uint64_t offset, std::size_t limit);
  /// In the order of creation. A page may hold fewer than `limit` before the end, where few names match.
  /// Errors: invalid (the cursor is none).
  Task<Result<FileList>> list(ListRequest request);
  std::uint64_t file_count() const { return file_count_; }

  /// Before its shards leave, and again when one goes to another holder than planned: what makes the remains
  /// of an upload findable. Synced.
  Task<Result<void>> plan_chunk(FileId id, ChunkInfo chunk);
  /// As plan_chunk, where a shard that may be at one holder goes to another instead: the former waits for
  /// deletion under `remains`, an unused random id.
  Task<Result<void>> replan_chunk(FileId id, ChunkInfo chunk, ShardInfo former, FileId remains);
  /// The file is there from now on: file row, receipts of the chunks given, counters, idempotency entry.
  /// Synced.
  Task<Result<void>> commit_upload(FileInfo file, std::vector<ChunkInfo> chunks,
                                   std::optional<IdempotencyEntry> idempotency);
  /// Receipts of chunks of an upload that goes on. Buffered: they are synced by the commit.
  Task<Result<void>> record_receipts(FileId id, std::vector<ChunkInfo> chunks);
  /// The upload is given up: its remains wait for deletion. Synced.
  Task<Result<void>> abandon_upload(FileId id);

  /// The file is gone from now on, its shards wait for deletion. False where there is no such file. Synced.
  Task<Result<bool>> erase(FileId id);
  /// Files whose shards wait for deletion, after `after`.
  Task<Result<std::vector<FileId>>> deletions(std::optional<FileId> after, std::size_t limit);
  /// A chunk of a deleted file: the rest of its shards (none: the row goes). Buffered.
  Task<Result<void>> update_deletion(FileId id, std::vector<ChunkInfo> chunks);
  /// All chunks of a deleted file are gone.
  Task<Result<void>> end_deletion(FileId id);

  Task<Result<std::optional<IdempotencyEntry>>> find_idempotency(Digest key_hash);

 private:
  Task<Result<void>> commit(WriteBatch batch, Durability durability, std::int64_t file_count_change);

  MetaStore& store_;
  std::uint64_t file_count_ = 0;
  std::set<FileId> erasing_;
};

}  // namespace mycostr::files
