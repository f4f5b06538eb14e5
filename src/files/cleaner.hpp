// Deleting: the file is gone for its owner at once; its shards are taken back from the holders in the
// background, from those that are away when they come back. A shard leaves its agreement first: what is
// promised is there.
//
// A holder that was given up is not waited for: its shards are forgotten. Should it come back all the same,
// its agreement leads to them (released()).
#pragma once

#include <map>
#include <set>

#include "agreement/owner_service.hpp"
#include "async/task_group.hpp"
#include "files/catalog.hpp"
#include "files/context.hpp"
#include "files/deletion_queue.hpp"

namespace mycostr::files {

/// Loop thread only. The rows of the catalog are its state: a crash loses nothing.
class Cleaner {
 public:
  Cleaner(Context& context, Catalog& catalog, agreement::OwnerService& agreements)
      : context_(context),
        catalog_(catalog),
        agreements_(agreements),
        slots_(kFilesAtOnce),
        files_(context.executor, "delete") {
    catalog.on_deletion = [this](const FileId& file) { add(file); };
  }

  /// On return the file is gone, durably. Errors: not_found, io.
  Task<Result<void>> erase(FileId file);
  /// Until cancelled.
  Task<> run();
  /// An agreement with the holder is over: those of its shards that the catalog does not know wait for
  /// deletion. Errors: io, corrupt.
  Task<Result<void>> released(NodeId holder, std::vector<ShardId> shards);
  /// Holders that deletions wait for.
  std::vector<NodeId> awaited() const { return queue_.awaited(); }
  /// No deletion wants anything of this holder.
  bool is_done_with(const NodeId& holder) const { return queue_.is_done_with(holder); }

 private:
  static constexpr std::size_t kFilesAtOnce = 8;
  /// Shards by the holder that may keep them.
  using ByHolder = std::map<NodeId, std::vector<ShardId>>;

  void add(const FileId& file);
  Task<> rounds();
  /// What waited for deletion at the start.
  Task<> read_all();
  Task<Result<void>> read_rows();
  Task<> clean(FileId file, async::Budget::Lease slot);
  /// Holders that have not confirmed.
  Task<Result<std::set<NodeId>>> take_back_file(FileId file);
  Task<Result<std::set<NodeId>>> take_back_page(FileId file, std::vector<ChunkInfo> chunks);
  Task<std::set<NodeId>> take_back(const ByHolder& shards);
  Task<> take_back_from(NodeId holder, const std::vector<ShardId>& shards, std::set<NodeId>& settled);
  Task<Result<void>> delete_at(NodeId holder, const std::vector<ShardId>& shards);

  Context& context_;
  Catalog& catalog_;
  agreement::OwnerService& agreements_;
  DeletionQueue queue_;
  async::Budget slots_;
  async::Signal added_;
  async::TaskGroup files_;
};

}  // namespace mycostr::files
