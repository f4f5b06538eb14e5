// Keeps the scores on disk, in the rows r/<node id>.
#pragma once

#include "async/signal.hpp"
#include "mycostr/clock.hpp"
#include "reputation/score_book.hpp"
#include "reputation/table_rows.hpp"

namespace mycostr::reputation {

/// Loop thread only. References outlive it; it takes the book's on_urgent.
class ScoreKeeper {
 public:
  ScoreKeeper(Clock& clock, MetaStore& store, ScoreBook& book);

  /// Reads the rows into the book; those that are none are deleted. Once, before run(). Errors: io, corrupt.
  Task<Result<void>> open();
  /// Saves what has changed, synced: at once where it is urgent, the rest within a minute; forgets what is
  /// too old. What could not be saved is tried again the next minute. Until cancelled: then it saves once
  /// more.
  Task<> run();

 private:
  Task<> save_or_log();

  Clock& clock_;
  ScoreBook& book_;
  TableRows<Score> rows_;
  bool is_urgent_ = false;
  async::Signal urgent_;
};

}  // namespace mycostr::reputation
