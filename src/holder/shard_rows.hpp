// Inside of holder only: the keys of rows that are one a shard, <kind><owner><shard>.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "mycostr/chunk_store.hpp"

namespace mycostr::holder {

inline std::string shard_row(std::string_view kind, const ShardKey& key) {
  return std::string(kind) + std::string(key.owner.text()) + std::string(key.shard.text());
}

/// Nothing where it is none. REQUIRES: it begins with `kind`
inline std::optional<ShardKey> shard_of_row(std::string_view kind, std::string_view row) {
  const auto ids = as_bytes(row).subspan(kind.size());
  if (ids.size() != NodeId::kSize + ShardId::kSize) return std::nullopt;
  return ShardKey{*NodeId::from(ids.first(NodeId::kSize)), *ShardId::from(ids.subspan(NodeId::kSize))};
}

}  // namespace mycostr::holder
