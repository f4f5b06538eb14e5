#include "api/file_share.hpp"

#include <algorithm>

#include "wire/wide.hpp"

namespace mycostr::api {

Msat FileShare::part(Msat amount) const {
  if (of.value == 0 || amount.value <= 0) return {};
  const auto whole = static_cast<wire::Uint128>(amount.value);
  return {static_cast<std::int64_t>(whole * std::min(bytes, of).value / of.value)};
}

FileShare FilePlaces::share(const agreement::Book& agreements, const NodeId& holder) const {
  const auto at = holders.find(holder);
  const auto* agreement = agreements.with(agreement::Role::owner, holder);
  if (at == holders.end() || agreement == nullptr) return {};
  return {at->second, agreement->revision.bytes};
}

Task<Result<FilePlaces>> places_of(files::Catalog& catalog, files::FileInfo file) {
  constexpr std::size_t kRowsAtOnce = 1000;
  FilePlaces out;
  while (out.rows < file.chunk_count) {
    const auto rows = co_await catalog.chunks(file.id, out.rows, kRowsAtOnce);
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) break;  // deleted meanwhile
    for (const auto& chunk : *rows) {
      for (const auto& shard : chunk.shards) {
        if (!shard.receipt.empty()) out.holders[shard.holder].value += chunk.size.value;
      }
    }
    out.rows += rows->size();
  }
  co_return out;
}

}  // namespace mycostr::api
