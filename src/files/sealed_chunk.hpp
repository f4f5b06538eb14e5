// The work on one chunk's bytes, for the crypto pool. No Asio.
#pragma once

#include "files/manifest.hpp"

namespace mycostr::files {

struct SealedShard {
  ShardId id;
  Buffer bytes;
};

struct SealedChunk {
  crypto::GcmTag tag;
  std::vector<SealedShard> shards;  ///< by replica; the first is the ciphertext, its id the chunk's
};

/// Pads (with zeros, to a multiple of kLeafSize), encrypts in place, and makes `copies` different shards.
/// REQUIRES: `plain` has the memory for the padding (Buffer::capacity) and no other holder.
SealedChunk seal_chunk(const crypto::FileSecrets& secrets, const crypto::ChunkPlace& place, Buffer plain,
                       std::size_t copies);

/// Replica `shard.replica` back to the plaintext, in place; false where a byte differs from what was stored.
/// `bytes` must have no other holder.
bool open_shard(const crypto::FileSecrets& secrets, const FileId& file, const ChunkInfo& chunk,
                const ShardInfo& shard, Buffer& bytes);
/// Likewise to the ciphertext.
bool unmask_shard(const crypto::FileSecrets& secrets, const ChunkInfo& chunk, const ShardInfo& shard,
                  Buffer& bytes);

}  // namespace mycostr::files
