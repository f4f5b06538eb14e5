// A chunk from the catalog, with what is known of its losses.
#pragma once

#include "files/catalog.hpp"
#include "repair/rows.hpp"

namespace mycostr::repair {

struct KnownChunk {
  files::FileInfo file;
  files::ChunkInfo row;
  ChunkView view;
  std::vector<LossRow> losses;  ///< of shards in the row
};

/// Nothing where the file is not there, or not yet. What was known of losses of shards that the catalog names
/// no more goes. `catalog` and `rows` outlive the task. Errors: io, corrupt.
Task<Result<std::optional<KnownChunk>>> read_chunk(files::Catalog& catalog, Rows& rows, ChunkKey key);

/// `chunk` with other shards.
ChunkView view_of(const ChunkKey& key, const files::ChunkInfo& row, std::uint32_t redundancy,
                  const std::vector<LossRow>& losses);

}  // namespace mycostr::repair
