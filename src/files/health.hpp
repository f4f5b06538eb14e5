// How many copies of a file's chunks are alive.
#pragma once

#include "files/catalog.hpp"
#include "files/context.hpp"

namespace mycostr::files {

struct FileHealth {
  std::uint64_t chunks = 0;
  std::uint64_t healthy = 0;              ///< all copies live
  std::uint64_t degraded = 0;             ///< some
  std::uint64_t lost = 0;                 ///< none
  std::optional<std::uint32_t> min_live;  ///< nothing for an empty file
};

/// The holder answers, and its copy counts: it is not known to be lost, and its holder neither distrusted nor
/// back after long without an audit.
bool is_live(const Context& context, const ShardInfo& shard);

/// Reads every chunk's row, a page at a time. Errors: io, corrupt.
Task<Result<FileHealth>> health_of(Context& context, Catalog& catalog, FileInfo file);

}  // namespace mycostr::files
