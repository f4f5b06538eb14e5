// Inside of crypto only: two SHA-256 digests side by side with the x86 SHA extensions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mycostr::crypto {

/// Whether this processor can run sha256_pair.
bool has_sha256_pair();

/// out[n] = SHA-256(prefix || block n), 32 bytes each. All of the input is read before any output is written.
/// REQUIRES: has_sha256_pair(); size is a multiple of 64, below 2^28
void sha256_pair(std::uint8_t prefix, std::array<const std::uint8_t*, 2> blocks, std::size_t size,
                 std::array<std::uint8_t*, 2> out);

}  // namespace mycostr::crypto
