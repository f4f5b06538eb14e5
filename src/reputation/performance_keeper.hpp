// Keeps the performance book on disk, in the rows p/<node id>.
#pragma once

#include "mycostr/clock.hpp"
#include "reputation/performance_book.hpp"
#include "reputation/table_rows.hpp"

namespace mycostr::reputation {

/// Loop thread only. References outlive it.
class PerformanceKeeper {
 public:
  PerformanceKeeper(Clock& clock, MetaStore& store, PerformanceBook& book);

  /// Reads the rows into the book; those that are none are deleted. Once, before run(). Errors: io, corrupt.
  Task<Result<void>> open() { return rows_.open(); }
  /// Saves what has changed within a minute and deletes the rows of forgotten peers; a loss of power may cost
  /// more than that minute, never a wrong row. What could not be saved is tried again the next minute. Until
  /// cancelled: then it saves once more.
  Task<> run();

 private:
  Task<> save_or_log();

  Clock& clock_;
  TableRows<Performance> rows_;
};

}  // namespace mycostr::reputation
