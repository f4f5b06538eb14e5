#include "files/sealed_chunk.hpp"

#include "crypto/merkle.hpp"

namespace mycostr::files {

SealedChunk seal_chunk(const crypto::FileSecrets& secrets, const crypto::ChunkPlace& place, Buffer plain,
                       std::size_t copies) {
  const auto used = plain.size();
  auto cipher = plain.padded();
  std::fill(cipher.data() + used, cipher.data() + cipher.size(), std::uint8_t{0});
  SealedChunk out;
  out.tag = crypto::encrypt_chunk(secrets, place, cipher.mutable_view());
  const ShardId chunk_id{crypto::merkle_root(cipher.view()).bytes};
  out.shards.push_back({chunk_id, cipher});
  for (std::uint32_t replica = 1; replica < copies; ++replica) {
    auto masked = Buffer::allocate(cipher.size());
    crypto::mask_shard(secrets.seal, chunk_id, replica, cipher.view(), masked.mutable_view());
    const ShardId id{crypto::merkle_root(masked.view()).bytes};
    out.shards.push_back({id, std::move(masked)});
  }
  return out;
}

namespace {
void unmask(const crypto::FileSecrets& secrets, const ChunkInfo& chunk, const ShardInfo& shard,
            Buffer& bytes) {
  if (shard.replica == 0) return;
  crypto::mask_shard(secrets.seal, chunk.id, shard.replica, bytes.view(), bytes.mutable_view());
}
}  // namespace

bool open_shard(const crypto::FileSecrets& secrets, const FileId& file, const ChunkInfo& chunk,
                const ShardInfo& shard, Buffer& bytes) {
  if (bytes.size() != chunk.size.value) return false;
  unmask(secrets, chunk, shard, bytes);
  return crypto::decrypt_chunk(secrets, {file, chunk.index, chunk.is_last}, bytes.mutable_view(), chunk.tag);
}

bool unmask_shard(const crypto::FileSecrets& secrets, const ChunkInfo& chunk, const ShardInfo& shard,
                  Buffer& bytes) {
  if (bytes.size() != chunk.size.value) return false;
  unmask(secrets, chunk, shard, bytes);
  return crypto::merkle_root(bytes.view()).bytes == chunk.id.bytes;
}

}  // namespace mycostr::files
