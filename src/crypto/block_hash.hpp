// Inside of crypto only: SHA-256 of many blocks of one size, the bulk of what the daemon computes.
#pragma once

#include "base/ids.hpp"

namespace mycostr::crypto {

/// out[i] = SHA-256(prefix || block i) of `count` consecutive blocks. Sixteen blocks at a time where the
/// processor has AVX-512 (2.2 times OpenSSL's speed). Two at a time where it has the SHA extensions: their
/// instructions wait for one another, and a second stream fills the gaps (1.4 times). `out` may be the same
/// memory as `data` where a block is at least two digests long. REQUIRES: block_size is a multiple of 64,
/// below 2^28
void hash_blocks(std::uint8_t prefix, const std::uint8_t* data, std::size_t block_size, std::size_t count,
                 Digest* out);

/// The same by OpenSSL alone: for processors with neither, and to compare with.
void hash_blocks_portable(std::uint8_t prefix, const std::uint8_t* data, std::size_t block_size,
                          std::size_t count, Digest* out);

}  // namespace mycostr::crypto
