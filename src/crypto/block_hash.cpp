#include "crypto/block_hash.hpp"

#include "crypto/sha256.hpp"
#include "crypto/sha256_pair.hpp"

namespace mycostr::crypto {

void hash_blocks_portable(std::uint8_t prefix, const std::uint8_t* data, std::size_t block_size,
                          std::size_t count, Digest* out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = sha256({ByteView(&prefix, 1), ByteView(data + i * block_size, block_size)});
  }
}

void hash_blocks(std::uint8_t prefix, const std::uint8_t* data, std::size_t block_size, std::size_t count,
                 Digest* out) {
  static const bool has_pairs = has_sha256_pair();
  const auto paired = has_pairs ? count / 2 * 2 : 0;
  for (std::size_t i = 0; i < paired; i += 2) {
    const auto* block = data + i * block_size;
    sha256_pair(prefix, {block, block + block_size}, block_size,
                {out[i].bytes.data(), out[i + 1].bytes.data()});
  }
  hash_blocks_portable(prefix, data + paired * block_size, block_size, count - paired, out + paired);
}

}  // namespace mycostr::crypto
