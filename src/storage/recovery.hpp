// Start-up: what a crash may have left undone is finished.
#pragma once

#include "storage/pack_files.hpp"
#include "storage/pack_scanner.hpp"
#include "storage/shard_index.hpp"

namespace mycostr::storage {

/// Loads the index; takes in the records at the end of the open pack that it does not know yet, and cuts off
/// a torn one behind them; finishes removals. No walk over shards: reads one pack's tail at most. Throws
/// OpenError where packs and index do not belong together, or cannot be read.
void recover(ShardIndex& index, PackFiles& files);

/// Takes a record in that is later than all in the index: the shard's other record, if any, is dead from then
/// on. Errors: io, corrupt.
Result<void> take_in(IndexChange& change, std::uint32_t pack, const FoundRecord& record);

}  // namespace mycostr::storage
