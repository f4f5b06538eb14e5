// One chunk from one of its holders.
#pragma once

#include "files/context.hpp"
#include "files/manifest.hpp"
#include "files/retrieve_service.hpp"

namespace mycostr::files {

/// The chunk's verified bytes in the form asked for, padding included. Asks the holder that should be
/// fastest; where it is slow, or fails, the next one too. `secrets` and `chunk` outlive the task. Errors:
/// not_enough (no holder gives it).
Task<Result<Buffer>> fetch_chunk(Context& context, const FileId& file, const crypto::FileSecrets& secrets,
                                 const ChunkInfo& chunk, Form form);

}  // namespace mycostr::files
