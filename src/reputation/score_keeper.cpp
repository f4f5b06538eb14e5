#include "reputation/score_keeper.hpp"

#include <exception>

#include "async/cancel.hpp"
#include "async/timeout.hpp"

namespace mycostr::reputation {
namespace {

constexpr auto kSavePeriod = std::chrono::seconds(60);

}  // namespace

ScoreKeeper::ScoreKeeper(Clock& clock, MetaStore& store, ScoreBook& book)
    : clock_(clock), book_(book), rows_(store, book.table(), "r/", encode, decode_score) {
  book_.on_urgent = [this] {
    is_urgent_ = true;
    urgent_.notify_all();
  };
}

Task<Result<void>> ScoreKeeper::open() {
  if (auto done = co_await rows_.open(); !done) co_return done;
  book_.restored();
  co_return Result<void>();
}

Task<> ScoreKeeper::run() {
  std::exception_ptr stopped;
  try {
    for (;;) {
      co_await rows_.wait_for_change(clock_);
      // What came while the last save went on does not wait either.
      if (!is_urgent_) co_await async::finish_within(clock_, urgent_.wait(), kSavePeriod);
      is_urgent_ = false;
      book_.drop_old(clock_.wall_now());
      co_await save_or_log();
    }
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await save_or_log();
  co_await async::end_cleanup();
  std::rethrow_exception(stopped);
}

Task<> ScoreKeeper::save_or_log() {
  if (const auto saved = co_await rows_.save(Durability::synced); !saved) {
    log(LogLevel::warn, "reputation", "could not save scores: {}", to_string(saved.error()));
  }
}

}  // namespace mycostr::reputation
