#include "repair/chunk_reader.hpp"

#include <algorithm>

namespace mycostr::repair {

ChunkView view_of(const ChunkKey& key, const files::ChunkInfo& row, std::uint32_t redundancy,
                  const std::vector<LossRow>& losses) {
  ChunkView out{key, row.id, row.size, redundancy, {}};
  for (const auto& shard : row.shards) {
    const auto loss = std::ranges::find_if(losses, [&](const LossRow& known) {
      return known.shard == shard.id && known.holder == shard.holder;
    });
    out.copies.push_back({shard.id, shard.holder, std::nullopt});
    if (loss != losses.end()) out.copies.back().lost = loss->reason;
  }
  return out;
}

Task<Result<std::optional<KnownChunk>>> read_chunk(files::Catalog& catalog, Rows& rows, ChunkKey key) {
  auto file = co_await catalog.find(key.file);
  if (!file) co_return std::unexpected(file.error());
  auto chunks = co_await catalog.chunks(key.file, key.index, 1);
  if (!chunks) co_return std::unexpected(chunks.error());
  auto losses = co_await rows.losses_of(key);
  if (!losses) co_return std::unexpected(losses.error());
  const bool has_row = !chunks->empty() && chunks->front().index == key.index;
  // On its way still, or on its way out.
  if (!*file && has_row) co_return std::optional<KnownChunk>();
  const auto is_over = [&](const LossRow& loss) {
    return !has_row || std::ranges::none_of(chunks->front().shards, [&](const files::ShardInfo& shard) {
      return shard.id == loss.shard && shard.holder == loss.holder;
    });
  };
  std::vector<LossRow> over;
  std::ranges::copy_if(*losses, std::back_inserter(over), is_over);
  std::erase_if(*losses, is_over);
  if (!over.empty()) {
    if (auto done = co_await rows.erase_losses(std::move(over)); !done)
      co_return std::unexpected(done.error());
  }
  if (!*file || !has_row) co_return std::optional<KnownChunk>();
  auto view = view_of(key, chunks->front(), (*file)->redundancy, *losses);
  co_return KnownChunk{std::move(**file), std::move(chunks->front()), std::move(view), std::move(*losses)};
}

}  // namespace mycostr::repair
