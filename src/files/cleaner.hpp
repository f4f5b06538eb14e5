// Deleting: the file is gone for its owner at once; its shards are taken back from the holders in the
// background, from those that are away when they come back. A shard leaves its agreement first: what is
// promised is there.
#pragma once

#include <map>
#include <set>

#include "agreement/owner_service.hpp"
#include "async/task_group.hpp"
#include "files/catalog.hpp"
#include "files/context.hpp"

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
    catalog.on_deletion = [this] { wake(); };
  }

  /// On return the file is gone, durably. Errors: not_found, io.
  Task<Result<void>> erase(FileId file);
  /// Until cancelled.
  Task<> run();

 private:
  /// There is work: looked at now instead of at the next round.
  void wake();
  static constexpr std::size_t kFilesAtOnce = 8;
  /// Shards by the holder that may keep them.
  using ByHolder = std::map<NodeId, std::vector<ShardId>>;
  /// A file whose last shards lie on holders that could not be reached.
  struct Waiting {
    std::set<NodeId> holders;
    SteadyTime not_before;
  };

  Task<> rounds();
  enum class Found { nothing, absent, work };  ///< absent: only what waits for holders
  Task<Found> round();
  bool is_due(const FileId& file) const;
  void await_holders_of(const FileId& file);
  bool is_one_back() const;
  Task<> clean(FileId file, async::Budget::Lease slot);
  Task<Result<void>> clean_page(FileId file, std::vector<ChunkInfo> chunks);
  Task<std::set<NodeId>> take_back(const ByHolder& shards);
  Task<> take_back_from(NodeId holder, const std::vector<ShardId>& shards, std::set<NodeId>& done);
  Task<Result<void>> delete_at(NodeId holder, const std::vector<ShardId>& shards);

  Context& context_;
  Catalog& catalog_;
  agreement::OwnerService& agreements_;
  std::map<FileId, Waiting> waiting_;
  std::set<NodeId> awaited_;  ///< that files of the last round wait for
  std::set<FileId> in_work_;
  async::Budget slots_;
  bool is_awake_ = false;
  async::Signal woken_;
  async::TaskGroup files_;
};

}  // namespace mycostr::files
