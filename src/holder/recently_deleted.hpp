// Shards that were deleted lately. A put and its deletion travel on different connections: a put that is
// overtaken by its own deletion must not come back to life, and be kept for ever by a holder that nobody asks
// to forget it.
#pragma once

#include <deque>
#include <set>

#include "base/time.hpp"
#include "mycostr/chunk_store.hpp"

namespace mycostr::holder {

/// Loop thread only. Lives in memory: a restart ends the connections that a late put could come by.
class RecentlyDeleted {
 public:
  void add(const ShardKey& key, SteadyTime now) {
    while (!order_.empty() && (order_.size() >= kMost || now - order_.front().when > kMemory)) {
      keys_.erase(order_.front().key);
      order_.pop_front();
    }
    if (keys_.insert(key).second) order_.push_back({key, now});
  }
  bool contains(const ShardKey& key) const { return keys_.contains(key); }

 private:
  static constexpr auto kMemory = std::chrono::minutes(10);  // longer than any call may take
  static constexpr std::size_t kMost = 100'000;              // 20 MB

  struct Entry {
    ShardKey key;
    SteadyTime when;
  };
  std::set<ShardKey> keys_;
  std::deque<Entry> order_;
};

}  // namespace mycostr::holder
