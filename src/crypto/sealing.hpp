// What turns a chunk of plaintext into the shards that holders keep (docs/protocol.md, "Chunks and shards").
#pragma once

#include "base/buffer.hpp"
#include "crypto/aes.hpp"

namespace mycostr::crypto {

using SealSecret = FixedBytes<struct SealSecretTag, 32>;

/// Both random per file; known to the owner alone.
struct FileSecrets {
  AesKey key;       ///< encrypts the chunks
  SealSecret seal;  ///< derives the masks that make copies differ
};

/// What binds a ciphertext to its place: chunks cannot be reordered, cut off, or mixed between files.
struct ChunkPlace {
  FileId file;
  std::uint64_t index = 0;
  bool is_last = false;
};

/// AES-256-GCM in place; the nonce is the index, which is unique under the file's own key. Any thread.
GcmTag encrypt_chunk(const FileSecrets& secrets, const ChunkPlace& place, MutableBytes data);
[[nodiscard]] bool decrypt_chunk(const FileSecrets& secrets, const ChunkPlace& place, MutableBytes data,
                                 const GcmTag& tag);

/// Shard r > 0 of a chunk from its ciphertext, or back (it is the same): xor with AES-256-CTR under
/// HKDF(seal secret, salt = chunk id, info = "mycostr/seal/1" || r). Shard 0 is the ciphertext. So no two
/// holders keep the same bytes, and none can make another's from its own. REQUIRES: out.size() == in.size()
void mask_shard(const SealSecret& secret, const ChunkId& chunk, std::uint32_t replica, ByteView in,
                MutableBytes out);

}  // namespace mycostr::crypto
