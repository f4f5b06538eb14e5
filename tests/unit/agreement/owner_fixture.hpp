// An owner's service with a holder that keeps what is queued.
#pragma once

#include "unit/agreement/pair.hpp"

namespace mycostr::agreement {

using namespace std::chrono_literals;

class OwnerServiceTest : public testing::Test {
 protected:
  /// Stored and queued.
  std::set<ShardId> add(std::size_t count) {
    std::vector<wire::ShardEntry> shards;
    for (std::size_t i = 0; i < count; ++i) shards.push_back(pair_.stored_shard());
    std::set<ShardId> out;
    for (const auto& shard : shards) {
      pair_.queue(shard);
      out.insert(shard.id);
    }
    return out;
  }
  static void restore(test::MemoryMetaStore& meta, const test::MemoryMetaStore::Rows& then) {
    WriteBatch back;
    for (const auto& [key, value] : meta.rows()) back.erase(key);
    for (const auto& [key, value] : then) back.put(key, value);
    meta.apply(std::move(back));
  }
  static std::vector<ShardId> list(const std::set<ShardId>& shards) { return {shards.begin(), shards.end()}; }

  Pair pair_{5};
};

}  // namespace mycostr::agreement
