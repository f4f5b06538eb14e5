// What the owner knows of a file: the file itself, and a row for each of its chunks. Each chunk is a row of
// its own, so that a file of a million chunks is never in memory whole.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "crypto/sealing.hpp"

namespace mycostr::files {

inline constexpr std::uint32_t kMinRedundancy = 3;
inline constexpr std::uint32_t kMaxRedundancy = 16;
inline constexpr std::string_view kEncryption = "aes-256-gcm";

struct FileInfo {
  FileId id;
  std::string name;
  std::string content_type;
  std::uint64_t size = 0;  ///< plaintext bytes
  WallTime created;
  std::uint64_t chunk_count = 0;
  std::uint32_t redundancy = 0;
  std::uint64_t chunk_size = 0;         ///< plaintext bytes of every chunk but the last
  Bytes wrapped_secrets;                ///< crypto::Keystore::wrap
  Bytes idempotency_key_hash;           ///< empty without a key
  std::vector<std::string> areas = {};  ///< holders only in these (placement::area_text); empty: anywhere
};

/// One copy of a chunk, on one holder.
struct ShardInfo {
  ShardId id;
  std::uint32_t replica = 0;  ///< which mask it lies under; 0: none
  NodeId holder;
  Bytes receipt;  ///< the holder's signature; empty until it has answered
  WallTime stored;
};

struct ChunkInfo {
  std::uint64_t index = 0;
  ChunkId id;      ///< RFC 6962 root of the ciphertext
  ByteCount size;  ///< ciphertext bytes: the plaintext padded to a multiple of kLeafSize
  crypto::GcmTag tag;
  bool is_last = false;
  std::vector<ShardInfo> shards;
};

/// Plaintext bytes that chunk `index` carries.
inline std::uint64_t plain_size(const FileInfo& file, std::uint64_t index) {
  const auto before = index * file.chunk_size;
  return std::min(file.chunk_size, file.size - before);
}
/// Bytes of a file's ciphertext: every chunk padded.
inline std::uint64_t cipher_size(const FileInfo& file) {
  return round_up(file.size, kLeafSize);
}

std::string encode(const FileInfo& file);
std::string encode(const ChunkInfo& chunk);
/// Errors: corrupt.
Result<FileInfo> decode_file(const FileId& id, std::string_view row);
Result<ChunkInfo> decode_chunk(std::uint64_t index, std::string_view row);

}  // namespace mycostr::files
