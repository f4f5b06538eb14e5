// Keeps the performance book on disk, in the rows p/<node id>.
#pragma once

#include <unordered_set>

#include "mycostr/clock.hpp"
#include "mycostr/meta_store.hpp"
#include "reputation/performance_book.hpp"

namespace mycostr::reputation {

/// Loop thread only. References outlive it.
class PerformanceKeeper {
 public:
  PerformanceKeeper(Clock& clock, MetaStore& store, PerformanceBook& book)
      : clock_(clock), store_(store), book_(book) {}

  /// Reads the rows into the book; those that are none are deleted. Once, before run(). Errors: io, corrupt.
  Task<Result<void>> open();
  /// Every minute saves what has changed and deletes the rows of forgotten peers; a loss of power may cost
  /// more than that minute, never a wrong row. What could not be saved is tried again the next minute. Until
  /// cancelled: then it saves once more.
  Task<> run();

 private:
  Task<Result<void>> save();
  Task<Result<void>> save_changed(std::uint64_t since);
  Task<Result<void>> delete_forgotten();
  Task<> save_or_log();

  Clock& clock_;
  MetaStore& store_;
  PerformanceBook& book_;
  std::unordered_set<NodeId> rows_;  // peers that have a row
  std::uint64_t saved_version_ = 0;
};

}  // namespace mycostr::reputation
