#include "holder/lost_shards.hpp"

#include "holder/shard_rows.hpp"
#include "wire/upkeep.hpp"

namespace mycostr::holder {
namespace {

constexpr std::string_view kRows = "b/";  // b/<owner><shard> -> when it was lost, Unix ms (8 bytes)
/// An owner that has not been reached for so long finds its losses by audits, if it ever comes back.
constexpr auto kTellFor = std::chrono::days(30);

/// A shard that is noted as lost while it is still in the store.
class Leaving {
 public:
  Leaving(std::set<ShardKey>& keys, const ShardKey& key) : keys_(keys), key_(key) { keys_.insert(key_); }
  ~Leaving() { keys_.erase(key_); }
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;

 private:
  std::set<ShardKey>& keys_;
  const ShardKey key_;
};

std::string rows_of(const NodeId& owner) {
  return std::string(kRows) + std::string(owner.text());
}

/// Behind all rows of an owner.
std::string last_row_of(const NodeId& owner) {
  ShardId last;
  last.bytes.fill(0xff);
  return shard_row(kRows, {owner, last});
}

}  // namespace

Task<Result<void>> LostShards::take_out(ShardKey key) {
  {
    const Leaving leaving(leaving_, key);
    if (auto done = co_await move_out(key); !done) co_return done;
  }
  ++taken_out_;
  added_.notify_all();
  co_return Result<void>();
}

Task<Result<void>> LostShards::move_out(ShardKey key) {
  // The row first: after a crash between the two the shard is found bad once more, never lost in silence.
  WriteBatch noted;
  std::string when;
  append_be64(when, static_cast<std::uint64_t>(to_unix_ms(clock_.wall_now())));
  noted.put(shard_row(kRows, key), std::move(when));
  if (auto done = co_await meta_.commit(std::move(noted), Durability::synced); !done) co_return done;
  if (auto done = co_await leaf_hashes_.erase({key}); !done) co_return done;
  co_return co_await chunks_.remove({key});
}

Task<Result<std::optional<NodeId>>> LostShards::next_owner(std::optional<NodeId> after) {
  const auto behind = after ? last_row_of(*after) : std::string();
  const auto rows = co_await meta_.scan({std::string(kRows), behind, 1});
  if (!rows) co_return std::unexpected(rows.error());
  if (rows->empty()) co_return std::nullopt;
  const auto key = shard_of_row(kRows, rows->front().key);
  if (!key) co_return fail(Errc::corrupt, "a row of lost shards names none");
  co_return key->owner;
}

Task<Result<std::vector<ShardId>>> LostShards::shards_of(NodeId owner) {
  const auto taken_out_before = taken_out_;
  const auto rows = co_await meta_.scan({rows_of(owner), {}, wire::kMaxShardsPerReport});
  if (!rows) co_return std::unexpected(rows.error());
  std::vector<ShardId> shards;
  WriteBatch outdated;
  for (const auto& row : *rows) {
    const auto key = shard_of_row(kRows, row.key);
    if (!key || leaving_.contains(*key)) continue;
    const auto is_wanted = co_await is_to_be_told(*key, row.value);
    if (!is_wanted) co_return std::unexpected(is_wanted.error());
    if (*is_wanted) {
      shards.push_back(key->shard);
    } else {
      outdated.erase(row.key);
    }
  }
  // What was lost again meanwhile has a new row: then they wait for the next look.
  const bool is_as_read = leaving_.empty() && taken_out_ == taken_out_before;
  if (!outdated.empty() && is_as_read) {
    const auto done = co_await meta_.commit(std::move(outdated), Durability::buffered);
    if (!done) co_return std::unexpected(done.error());
  }
  co_return shards;
}

Task<Result<bool>> LostShards::is_to_be_told(const ShardKey& key, const std::string& row) {
  if (row.size() != 8) co_return false;
  const auto lost = from_unix_ms(static_cast<std::int64_t>(read_be64(as_bytes(row))));
  if (clock_.wall_now() - lost > kTellFor) co_return false;
  const auto kept = co_await chunks_.size_of(key);
  if (kept) co_return false;
  if (kept.error().code != Errc::not_found) co_return std::unexpected(kept.error());
  co_return true;
}

Task<Result<void>> LostShards::forget(NodeId owner, std::vector<ShardId> shards) {
  WriteBatch batch;
  for (const auto& shard : shards) batch.erase(shard_row(kRows, {owner, shard}));
  co_return co_await meta_.commit(std::move(batch), Durability::buffered);
}

}  // namespace mycostr::holder
