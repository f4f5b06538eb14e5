// All shards of one owner, gone: it did not pay for them.
#pragma once

#include "holder/leaf_hashes.hpp"

namespace mycostr::holder {

/// Durable on return; to be called again where it fails. What comes meanwhile stays. Loop thread only;
/// references outlive the task. Errors: corrupt, io.
Task<Result<void>> delete_all_of(ChunkStore& chunks, LeafHashes& leaf_hashes, NodeId owner);

}  // namespace mycostr::holder
