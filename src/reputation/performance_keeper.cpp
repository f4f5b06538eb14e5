#include "reputation/performance_keeper.hpp"

#include <exception>

#include "async/cancel.hpp"

namespace mycostr::reputation {
namespace {

constexpr auto kSavePeriod = std::chrono::seconds(60);

}  // namespace

PerformanceKeeper::PerformanceKeeper(Clock& clock, MetaStore& store, PerformanceBook& book)
    : clock_(clock), rows_(store, book.table(), "p/", encode, decode_performance) {}

Task<> PerformanceKeeper::run() {
  std::exception_ptr stopped;
  try {
    for (;;) {
      co_await rows_.wait_for_change(clock_);
      co_await clock_.sleep_for(kSavePeriod);
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

Task<> PerformanceKeeper::save_or_log() {
  if (const auto saved = co_await rows_.save(Durability::buffered); !saved) {
    log(LogLevel::warn, "reputation", "could not save peers' performance: {}", to_string(saved.error()));
  }
}

}  // namespace mycostr::reputation
