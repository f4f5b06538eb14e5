#include "files/health.hpp"

#include <algorithm>

namespace mycostr::files {

bool is_live(const Context& context, const ShardInfo& shard) {
  return context.directory.is_live(shard.holder) && context.is_counted(shard.holder, shard.id);
}

Task<Result<FileHealth>> health_of(Context& context, Catalog& catalog, FileInfo file) {
  constexpr std::size_t kPage = 1000;
  FileHealth out;
  while (out.chunks < file.chunk_count) {
    const auto rows = co_await catalog.chunks(file.id, out.chunks, kPage);
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) co_return fail(Errc::not_found, "the file was deleted meanwhile");
    for (const auto& chunk : *rows) {
      const auto live = static_cast<std::uint32_t>(std::ranges::count_if(
          chunk.shards, [&](const ShardInfo& shard) { return is_live(context, shard); }));
      ++(live == 0 ? out.lost : live < file.redundancy ? out.degraded : out.healthy);
      out.min_live = std::min(out.min_live.value_or(live), live);
    }
    out.chunks += rows->size();
  }
  co_return out;
}

}  // namespace mycostr::files
