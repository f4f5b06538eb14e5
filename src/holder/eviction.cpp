#include "holder/eviction.hpp"

namespace mycostr::holder {
namespace {
constexpr std::size_t kShardsAtOnce = 1000;
}  // namespace

Task<Result<void>> delete_all_of(ChunkStore& chunks, LeafHashes& leaf_hashes, NodeId owner) {
  // Behind the shard with the lowest id there can be, which is looked for by itself.
  ShardKey after{owner, ShardId()};
  std::vector<ShardKey> keys{after};
  for (bool more = true; more;) {
    const auto found = co_await chunks.list(after, kShardsAtOnce);
    if (!found) co_return std::unexpected(found.error());
    for (const auto& shard : *found) {
      if (shard.key.owner == owner) keys.push_back(shard.key);
    }
    more = found->size() == kShardsAtOnce && found->back().key.owner == owner;
    if (more) after = found->back().key;
    if (auto done = co_await leaf_hashes.erase(keys); !done) co_return done;
    if (auto done = co_await chunks.remove(std::exchange(keys, {})); !done) co_return done;
  }
  co_return Result<void>();
}

}  // namespace mycostr::holder
