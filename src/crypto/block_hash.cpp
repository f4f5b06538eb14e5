#include "crypto/block_hash.hpp"

#include "crypto/sha256.hpp"
#include "crypto/sha256_pair.hpp"
#include "crypto/sha256_wide.hpp"

namespace mycostr::crypto {

void hash_blocks_portable(std::uint8_t prefix, const std::uint8_t* data, std::size_t block_size,
                          std::size_t count, Digest* out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = sha256({ByteView(&prefix, 1), ByteView(data + i * block_size, block_size)});
  }
}

void hash_blocks(std::uint8_t prefix, const std::uint8_t* data, std::size_t block_size, std::size_t count,
                 Digest* out) {
  static const bool is_wide = has_sha256_wide();
  static const bool has_pairs = has_sha256_pair();
  std::size_t i = 0;
  for (; is_wide && i + kSha256Lanes <= count; i += kSha256Lanes) {
    sha256_wide(prefix, data + i * block_size, block_size, out[i].bytes.data());
  }
  for (; has_pairs && i + 2 <= count; i += 2) {
    sha256_pair(prefix, data + i * block_size, block_size, out[i].bytes.data());
  }
  hash_blocks_portable(prefix, data + i * block_size, block_size, count - i, out + i);
}

}  // namespace mycostr::crypto
