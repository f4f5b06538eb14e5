// One shard to one holder.
#pragma once

#include "files/context.hpp"
#include "files/manifest.hpp"

namespace mycostr::files {

/// Sends `bytes`, which are `shard` of `chunk`, to shard.holder, and fills in its receipt. `shard` and
/// `chunk` outlive the task. Errors: as Transport::call; full, conflict (the holder takes none); invalid (its
/// receipt is none). After timeout or closed the holder may have it.
Task<Result<void>> put_shard(Context& context, const ChunkInfo& chunk, ShardInfo& shard, Buffer bytes);

}  // namespace mycostr::files
