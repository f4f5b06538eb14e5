// What becomes of dead records: their headers are cleared at once, their blocks are given back in the
// background, since punching a hole takes a millisecond or two on some file systems.
#pragma once

#include "storage/pack_files.hpp"
#include "storage/shard_index.hpp"

namespace mycostr::storage {

/// Clears the headers, durably, so that nothing finds the records again. Blocks. What cannot be cleared is
/// logged and tried again at the next start.
void clear_headers(ShardIndex& index, PackFiles& files, std::span<const DeadRange> dead);

/// Removes the files of retired packs. Blocks. Any thread. Errors: io, corrupt.
Result<void> remove_retired(ShardIndex& index, PackFiles& files);

/// Frees the blocks of some dead records behind `after`; the last of them, or nothing once there are no more.
/// Blocks, for a tenth of a second or so. What cannot be freed is logged and left for another time. Any
/// thread, one at a time. Errors: io, corrupt.
Result<std::optional<DeadRange>> free_some(ShardIndex& index, PackFiles& files,
                                           std::optional<DeadRange> after);

}  // namespace mycostr::storage
