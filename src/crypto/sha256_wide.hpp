// Inside of crypto only: sixteen SHA-256 digests side by side with AVX-512.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mycostr::crypto {

constexpr std::size_t kSha256Lanes = 16;

/// Whether this processor, and the system that runs it, can run sha256_wide.
bool has_sha256_wide();

/// 32 bytes to `out` for each of sixteen consecutive blocks: SHA-256(prefix || block). All of the input is
/// read before any output is written. REQUIRES: has_sha256_wide(); size is a multiple of 64, below 2^28
void sha256_wide(std::uint8_t prefix, const std::uint8_t* blocks, std::size_t size, std::uint8_t* out);

}  // namespace mycostr::crypto
