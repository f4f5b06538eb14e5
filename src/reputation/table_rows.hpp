// A NodeTable on disk: one row for each node, under a prefix.
#pragma once

#include <algorithm>
#include <functional>
#include <unordered_set>

#include "async/signal.hpp"
#include "async/timeout.hpp"
#include "base/log.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/meta_store.hpp"
#include "reputation/node_table.hpp"

namespace mycostr::reputation {

/// Loop thread only. References outlive it; it takes the table's on_change. Value::last_used() orders the
/// entries as they are read.
template <class Value>
class TableRows {
 public:
  using Encode = std::string (*)(const Value&);
  using Decode = std::optional<Value> (*)(ByteView);

  TableRows(MetaStore& store, NodeTable<Value>& table, std::string prefix, Encode encode, Decode decode)
      : store_(store), table_(table), prefix_(std::move(prefix)), encode_(encode), decode_(decode) {
    table_.on_change = [this] { changed_.notify_all(); };
  }

  /// Fills the table, oldest first, so that the oldest goes first; rows that are none are deleted. Once.
  /// Errors: io, corrupt.
  Task<Result<void>> open();
  /// Writes what has changed since the last save, and deletes the rows of forgotten nodes. Where it fails,
  /// the next save makes up for it.
  Task<Result<void>> save(Durability durability);
  /// Returns once something has changed, or after an hour: what is old may have to go. Cancellation: throws
  /// operation_aborted.
  Task<> wait_for_change(Clock& clock) {
    if (table_.version() != saved_version_) co_return;
    co_await async::finish_within(clock, changed_.wait(), std::chrono::hours(1));
  }

 private:
  static constexpr std::size_t kRowsAtOnce = 1000;  // of one scan, and of one commit

  std::string row_of(const NodeId& node) const { return prefix_ + std::string(node.text()); }
  Task<Result<void>> save_changed(std::uint64_t since, Durability durability);
  Task<Result<void>> delete_forgotten(Durability durability);

  MetaStore& store_;
  NodeTable<Value>& table_;
  const std::string prefix_;
  const Encode encode_;
  const Decode decode_;
  std::unordered_set<NodeId> rows_;  // nodes that have a row
  std::uint64_t saved_version_ = 0;
  async::Signal changed_;
};

template <class Value>
Task<Result<void>> TableRows<Value>::open() {
  std::vector<std::pair<NodeId, Value>> found;
  std::string after;
  for (bool more = true; more;) {
    const auto rows = co_await store_.scan({prefix_, after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    WriteBatch bad;
    for (const auto& row : *rows) {
      const auto node = NodeId::from(as_bytes(row.key).subspan(prefix_.size()));
      auto value = decode_(as_bytes(row.value));
      if (node && value) {
        found.emplace_back(*node, std::move(*value));
        rows_.insert(*node);
      } else {
        bad.erase(row.key);
      }
    }
    if (!bad.empty()) {
      log(LogLevel::warn, "reputation", "deletes {} unreadable rows of '{}'", bad.changes.size(), prefix_);
      if (auto done = co_await store_.commit(std::move(bad), Durability::buffered); !done) co_return done;
    }
    more = rows->size() == kRowsAtOnce;
    if (more) after = rows->back().key;
  }
  std::ranges::sort(found, {}, [](const auto& entry) { return entry.second.last_used(); });
  for (auto& [node, value] : found) table_.touch(node) = std::move(value);
  saved_version_ = table_.version();
  co_return Result<void>();
}

template <class Value>
Task<Result<void>> TableRows<Value>::save(Durability durability) {
  const auto version = table_.version();
  if (version != saved_version_) {
    if (auto done = co_await save_changed(saved_version_, durability); !done) co_return done;
  }
  if (auto done = co_await delete_forgotten(durability); !done) co_return done;
  saved_version_ = version;
  co_return Result<void>();
}

template <class Value>
Task<Result<void>> TableRows<Value>::save_changed(std::uint64_t since, Durability durability) {
  // Noted first: the table may change while a batch is written.
  std::vector<NodeId> changed;
  for (const auto& entry : table_.entries()) {
    if (entry.version > since) changed.push_back(entry.node);
  }
  for (std::size_t next = 0; next < changed.size();) {
    WriteBatch batch;
    for (; next < changed.size() && batch.changes.size() < kRowsAtOnce; ++next) {
      const auto* value = table_.find(changed[next]);
      if (value == nullptr) continue;
      batch.put(row_of(changed[next]), encode_(*value));
      // Before the commit: one that fails may have been made all the same.
      rows_.insert(changed[next]);
    }
    if (auto done = co_await store_.commit(std::move(batch), durability); !done) co_return done;
  }
  co_return Result<void>();
}

template <class Value>
Task<Result<void>> TableRows<Value>::delete_forgotten(Durability durability) {
  std::vector<NodeId> forgotten;
  for (const auto& node : rows_) {
    if (table_.find(node) == nullptr) forgotten.push_back(node);
  }
  for (std::size_t next = 0; next < forgotten.size(); next += kRowsAtOnce) {
    const auto end = std::min(next + kRowsAtOnce, forgotten.size());
    WriteBatch batch;
    for (auto i = next; i < end; ++i) batch.erase(row_of(forgotten[i]));
    if (auto done = co_await store_.commit(std::move(batch), durability); !done) co_return done;
    for (auto i = next; i < end; ++i) rows_.erase(forgotten[i]);
  }
  co_return Result<void>();
}

}  // namespace mycostr::reputation
