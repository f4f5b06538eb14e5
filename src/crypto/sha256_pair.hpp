// Inside of crypto only: two SHA-256 digests side by side with the x86 SHA extensions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mycostr::crypto {

/// Whether this processor can run sha256_pair.
bool has_sha256_pair();

/// 32 bytes to `out` for each of two consecutive blocks: SHA-256(prefix || block). All of the input is read
/// before any output is written. REQUIRES: has_sha256_pair(); size is a multiple of 64, below 2^28
void sha256_pair(std::uint8_t prefix, const std::uint8_t* blocks, std::size_t size, std::uint8_t* out);

}  // namespace mycostr::crypto
