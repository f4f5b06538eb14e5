#include "agreement/waiting_watch.hpp"

#include "agreement/keys.hpp"

namespace mycostr::agreement {
namespace {

constexpr std::size_t kRowsAtOnce = 1000;

std::string time_text(WallTime time) {
  std::string out;
  append_be64(out, static_cast<std::uint64_t>(to_unix_ms(time)));
  return out;
}

}  // namespace

Task<Result<void>> WaitingWatch::open() {
  for (std::string after;;) {
    const auto rows = co_await meta_.scan({std::string(keys::kWaiting), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    for (const auto& row : *rows) {
      after = row.key;
      const auto holder = NodeId::from(as_bytes(row.key).subspan(keys::kWaiting.size()));
      // One that cannot be read is made anew at the next look.
      if (!holder || row.value.size() != 8) continue;
      since_[*holder] = from_unix_ms(static_cast<std::int64_t>(read_be64(as_bytes(row.value))));
    }
    if (rows->size() < kRowsAtOnce) co_return Result<void>();
  }
}

Task<Result<std::vector<NodeId>>> WaitingWatch::look(std::map<NodeId, ByteCount> waiting) {
  const auto now = clock_.wall_now();
  WriteBatch batch;
  std::erase_if(since_, [&](const auto& entry) {
    const bool is_over = !waiting.contains(entry.first);
    if (is_over) batch.erase(keys::at_holder(keys::kWaiting, entry.first));
    return is_over;
  });
  std::vector<NodeId> out;
  for (const auto& [holder, bytes] : waiting) {
    const auto [at, is_new] = since_.try_emplace(holder, now);
    // A time to come: that clock was ahead, or this one is behind.
    if (is_new || signed_.contains(holder) || at->second > now) {
      at->second = now;
      batch.put(keys::at_holder(keys::kWaiting, holder), time_text(now));
    } else if (now - at->second >= kLongestWait) {
      out.push_back(holder);
    }
  }
  signed_.clear();
  if (batch.empty()) co_return out;
  if (auto done = co_await meta_.commit(std::move(batch), Durability::buffered); !done) {
    co_return std::unexpected(done.error());
  }
  co_return out;
}

}  // namespace mycostr::agreement
