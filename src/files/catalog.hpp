// The owner's files on its own disk: rows in the MetaStore (docs/protocol.md, "Catalog").
//
// A file becomes visible in one commit, after all of its chunks are kept by their holders. What is written
// before that says which holders may keep shards of it, so that whatever happens they can be told to forget
// them.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agreement/join_queue.hpp"
#include "files/manifest.hpp"

namespace mycostr::files {

struct FileList {
  std::vector<FileInfo> files;  ///< in the order of their creation, or the other way round
  std::string next_cursor;      ///< empty at the end
};

struct ListRequest {
  std::string prefix;  ///< of the name
  std::string cursor;  ///< a FileList's, or empty
  std::size_t limit = 100;
  bool newest_first = false;
};

/// What an idempotency key was used for.
struct IdempotencyEntry {
  FileId file;
  Digest content;  ///< SHA-256 of the plaintext
  Digest options;
};

/// A shard at a holder.
struct HeldShard {
  NodeId holder;
  ShardId shard;
};

/// The chunk that a shard is of.
struct ShardPlace {
  ShardId shard;
  FileId file;
  std::uint64_t chunk = 0;  ///< index
};

/// A chunk of a file that is there gets other shards.
struct ChunkUpdate {
  FileId file;
  ChunkInfo before;               ///< as it was read
  std::vector<ShardInfo> shards;  ///< from now on, each with its receipt
  /// Under which plan_chunk() announced the new shards before they left: its rows go.
  std::optional<FileId> plan = std::nullopt;
  FileId remains;  ///< unused and random: what is dropped waits for deletion under it
};

/// Loop thread only. Errors of all tasks: io, corrupt, and those named. Shards that got their receipts are
/// put into the queue for joining an agreement.
class Catalog {
 public:
  Catalog(MetaStore& store, agreement::JoinQueue& joins) : store_(store), joins_(joins) {}

  /// Called when there is, or may be, a deletion that was not there before.
  std::function<void(const FileId&)> on_deletion;

  /// Once, before anything else: reads the counters, and turns uploads that did not end into deletions.
  Task<Result<void>> open();

  Task<Result<std::optional<FileInfo>>> find(FileId id);
  /// Rows `offset` to `offset + limit`; fewer at the end.
  Task<Result<std::vector<ChunkInfo>>> chunks(FileId id, std::uint64_t offset, std::size_t limit);
  /// A page may hold fewer than `limit` before the end, where few names match.
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
  Task<Result<bool>> is_deleted(FileId id);
  /// Chunks of a deleted file, with the rest of their shards (none: the row goes), and those that are gone.
  /// Buffered.
  Task<Result<void>> update_deletion(FileId id, std::vector<ChunkInfo> chunks, std::vector<HeldShard> gone);
  /// All chunks of a deleted file are gone.
  Task<Result<void>> end_deletion(FileId id);

  /// These shards, of no file, wait for deletion under the unused random id. Synced.
  Task<Result<void>> delete_shards(FileId id, NodeId holder, std::vector<ShardId> shards);

  Task<Result<std::optional<IdempotencyEntry>>> find_idempotency(Digest key_hash);

  /// Shards with a receipt that are at `holder` as far as the catalog knows, by id, after `after`; also those
  /// whose file is on its way, or whose deletion goes on.
  Task<Result<std::vector<ShardPlace>>> shards_of(NodeId holder, std::optional<ShardId> after,
                                                  std::size_t limit);
  Task<Result<std::optional<ShardPlace>>> place_of(NodeId holder, ShardId shard);
  /// The first holder after `after` that has such shards; nothing at the end.
  Task<Result<std::optional<NodeId>>> next_holder(std::optional<NodeId> after);
  /// Synced; dropped shards wait for deletion, new ones for their agreement. Errors: conflict (the chunk is
  /// not as it was, or the file is gone).
  Task<Result<void>> update_chunk(ChunkUpdate update);

 private:
  Task<Result<void>> commit(WriteBatch batch, Durability durability, std::int64_t file_count_change);
  /// With this new deletion, if any. Synced.
  Task<Result<void>> commit_deletion(WriteBatch batch, std::optional<FileId> deletion,
                                     std::int64_t file_count_change);

  /// Writes the rows that a catalog of before there were agreements lacks.
  Task<Result<void>> add_kept_rows();
  static Result<void> add_kept_rows_of(const KeyValue& row, WriteBatch& batch);
  static void put_with_receipts(WriteBatch& batch, const FileId& id, const ChunkInfo& chunk);
  static void put_kept(WriteBatch& batch, const FileId& id, const ChunkInfo& chunk, const ShardInfo& shard);
  void tell_joining(const std::vector<ChunkInfo>& chunks);
  bool is_updating(const FileId& file) const;
  Task<Result<void>> check_unchanged(const ChunkUpdate& update);
  static WriteBatch batch_of(const ChunkUpdate& update);

  MetaStore& store_;
  agreement::JoinQueue& joins_;
  std::uint64_t file_count_ = 0;
  std::set<FileId> erasing_;
  std::set<std::pair<FileId, std::uint64_t>> updating_;  ///< chunks
  async::Signal updated_;
};

}  // namespace mycostr::files
