#include "holder/leaf_hashes.hpp"

#include "base/log.hpp"
#include "holder/shard_rows.hpp"

namespace mycostr::holder {
namespace {

constexpr std::string_view kRows = "t/";

}  // namespace

Task<Result<std::optional<std::vector<Digest>>>> LeafHashes::find(ShardKey key) {
  const auto row = co_await meta_.get(shard_row(kRows, key));
  if (!row) co_return std::unexpected(row.error());
  if (!*row || (*row)->size() % Digest::kSize != 0) co_return std::nullopt;
  const auto bytes = as_bytes(**row);
  std::vector<Digest> leaves;
  leaves.reserve(bytes.size() / Digest::kSize);
  for (std::size_t at = 0; at < bytes.size(); at += Digest::kSize) {
    leaves.push_back(*Digest::from(bytes.subspan(at, Digest::kSize)));
  }
  co_return leaves;
}

Task<> LeafHashes::save(ShardKey key, std::vector<Digest> leaves) {
  std::string value;
  value.reserve(leaves.size() * Digest::kSize);
  for (const auto& leaf : leaves) value += leaf.text();
  WriteBatch batch;
  batch.put(shard_row(kRows, key), std::move(value));
  if (const auto done = co_await meta_.commit(std::move(batch), Durability::buffered); !done) {
    log(LogLevel::warn, "holder", "could not keep the leaf hashes of shard={}: {}",
        short_hex(key.shard.view()), to_string(done.error()));
  }
}

Task<Result<void>> LeafHashes::erase(std::vector<ShardKey> keys) {
  WriteBatch batch;
  for (const auto& key : keys) batch.erase(shard_row(kRows, key));
  co_return co_await meta_.commit(std::move(batch), Durability::buffered);
}

}  // namespace mycostr::holder
