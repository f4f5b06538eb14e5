// Looking after a store that no daemon runs on: does the index tell the truth, and making it anew from the
// packs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "storage/database.hpp"

namespace mycostr::storage {

struct Problem {
  std::string what;
  std::string what_to_do;
};

/// How many problems are told one by one.
inline constexpr std::size_t kMaxProblems = 100;

/// Changes nothing; blocks. Every row of the index points to a record whose header is its shard's, the
/// counters are the sums of the rows, packs and rows belong together; with `read_data`, the shards' bytes are
/// those written. The rows of the metadata can be read. What a crash has left for the next start to finish is
/// no problem. Throws OpenError where the folder of packs cannot be read.
std::vector<Problem> verify(const Database& database, const std::filesystem::path& packs_folder,
                            bool read_data);

struct Rebuilt {
  std::uint64_t shards = 0;
  std::uint64_t packs = 0;
  std::vector<Problem> problems;  ///< packs left out, and what could not be read of the others
};

/// Replaces the rows of the family "shards" by what the packs hold; the rows of the metadata stay. Blocks,
/// reading a page per shard, and all of the newest pack. Removed shards do not come back; what they took is
/// freed once a daemon runs. What the disk cannot read is passed over, and left as it is. Ended early, it
/// leaves a store that asks to be rebuilt. Throws OpenError.
Rebuilt rebuild_index(Database& database, const std::filesystem::path& packs_folder);

}  // namespace mycostr::storage
