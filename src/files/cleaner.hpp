// Deleting: the file is gone for its owner at once; its shards are taken back from the holders in the
// background, from those that are away when they come back.
#pragma once

#include <map>
#include <set>

#include "async/task_group.hpp"
#include "files/catalog.hpp"
#include "files/context.hpp"

namespace mycostr::files {

/// Loop thread only. The rows of the catalog are its state: a crash loses nothing.
class Cleaner {
 public:
  Cleaner(Context& context, Catalog& catalog)
      : context_(context), catalog_(catalog), slots_(kFilesAtOnce), files_(context.executor, "delete") {}

  /// On return the file is gone, durably. Errors: not_found, io.
  Task<Result<void>> erase(FileId file);
  /// There is work: looked at now instead of at the next round.
  void wake();
  /// Until cancelled.
  Task<> run();

 private:
  static constexpr std::size_t kFilesAtOnce = 8;
  /// Shards by the holder that may keep them.
  using ByHolder = std::map<NodeId, std::vector<ShardId>>;
  /// A file whose last shards lie on holders that could not be reached.
  struct Waiting {
    std::set<NodeId> holders;
    SteadyTime not_before;
  };

  Task<> rounds();
  Task<> round();
  bool is_due(const FileId& file) const;
  Task<> clean(FileId file, async::Budget::Lease slot);
  Task<Result<void>> clean_page(FileId file, std::vector<ChunkInfo> chunks);
  Task<std::set<NodeId>> take_back(const ByHolder& shards);
  Task<> take_back_from(NodeId holder, const std::vector<ShardId>& shards, std::set<NodeId>& done);

  Context& context_;
  Catalog& catalog_;
  std::map<FileId, Waiting> waiting_;
  std::set<FileId> in_work_;
  async::Budget slots_;
  bool is_awake_ = false;
  async::Signal woken_;
  async::TaskGroup files_;
};

}  // namespace mycostr::files
