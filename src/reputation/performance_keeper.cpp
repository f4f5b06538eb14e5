#include "reputation/performance_keeper.hpp"

#include <algorithm>
#include <exception>

#include "async/cancel.hpp"
#include "base/log.hpp"

namespace mycostr::reputation {
namespace {

constexpr auto kSavePeriod = std::chrono::seconds(60);
constexpr std::string_view kRows = "p/";
constexpr std::size_t kRowsAtOnce = 1000;  // of one scan, and of one commit

std::string row_of(const NodeId& node) {
  return std::string(kRows) + std::string(node.text());
}

std::optional<NodeId> node_of(std::string_view key) {
  return NodeId::from(as_bytes(key.substr(kRows.size())));
}

}  // namespace

Task<Result<void>> PerformanceKeeper::open() {
  std::vector<std::pair<NodeId, Performance>> found;
  std::string after;
  for (bool more = true; more;) {
    const auto rows = co_await store_.scan({std::string(kRows), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    WriteBatch bad;
    for (const auto& row : *rows) {
      const auto node = node_of(row.key);
      auto performance = decode_performance(as_bytes(row.value));
      if (node && performance) {
        found.emplace_back(*node, std::move(*performance));
        rows_.insert(*node);
      } else {
        bad.erase(row.key);
      }
    }
    if (!bad.empty()) {
      log(LogLevel::warn, "reputation", "deletes {} unreadable rows of peers' performance",
          bad.changes.size());
      if (auto done = co_await store_.commit(std::move(bad), Durability::buffered); !done) co_return done;
    }
    more = rows->size() == kRowsAtOnce;
    if (more) after = rows->back().key;
  }
  std::ranges::sort(found, {}, [](const auto& peer) { return peer.second.last_used(); });
  for (auto& [node, performance] : found) book_.restore(node, std::move(performance));
  saved_version_ = book_.version();
  co_return Result<void>();
}

Task<> PerformanceKeeper::run() {
  std::exception_ptr stopped;
  try {
    for (;;) {
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
  if (const auto saved = co_await save(); !saved) {
    log(LogLevel::warn, "reputation", "could not save peers' performance: {}", to_string(saved.error()));
  }
}

Task<Result<void>> PerformanceKeeper::save() {
  const auto version = book_.version();
  if (version != saved_version_) {
    if (auto done = co_await save_changed(saved_version_); !done) co_return done;
  }
  if (auto done = co_await delete_forgotten(); !done) co_return done;
  saved_version_ = version;
  co_return Result<void>();
}

Task<Result<void>> PerformanceKeeper::save_changed(std::uint64_t since) {
  // Noted first: the book may change while a batch is written.
  std::vector<NodeId> changed;
  for (const auto& entry : book_.entries()) {
    if (entry.version > since) changed.push_back(entry.node);
  }
  for (std::size_t next = 0; next < changed.size();) {
    WriteBatch batch;
    for (; next < changed.size() && batch.changes.size() < kRowsAtOnce; ++next) {
      const auto* performance = book_.find(changed[next]);
      if (performance == nullptr) continue;
      batch.put(row_of(changed[next]), encode(*performance));
      // Before the commit: one that fails may have been made all the same.
      rows_.insert(changed[next]);
    }
    if (auto done = co_await store_.commit(std::move(batch), Durability::buffered); !done) co_return done;
  }
  co_return Result<void>();
}

Task<Result<void>> PerformanceKeeper::delete_forgotten() {
  std::vector<NodeId> forgotten;
  for (const auto& node : rows_) {
    if (book_.find(node) == nullptr) forgotten.push_back(node);
  }
  for (std::size_t next = 0; next < forgotten.size(); next += kRowsAtOnce) {
    const auto end = std::min(next + kRowsAtOnce, forgotten.size());
    WriteBatch batch;
    for (auto i = next; i < end; ++i) batch.erase(row_of(forgotten[i]));
    if (auto done = co_await store_.commit(std::move(batch), Durability::buffered); !done) co_return done;
    for (auto i = next; i < end; ++i) rows_.erase(forgotten[i]);
  }
  co_return Result<void>();
}

}  // namespace mycostr::reputation
