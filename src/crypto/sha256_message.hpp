// Inside of crypto only: what the kernels of SHA-256 (FIPS 180-4) share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mycostr::crypto {

constexpr std::size_t kSha256Block = 64;

/// Section 4.2.2.
alignas(64) constexpr std::uint32_t kSha256Rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// Section 5.3.3.
constexpr std::uint32_t kSha256Initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                             0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// The SHA blocks of several messages, each `prefix` and one of `kLanes` inputs of `size` bytes that lie
/// behind one another. The prefix shifts all by one byte: a message's first block has 63 bytes of its input,
/// its last has one; all between them are read where the input is. REQUIRES: size is a multiple of 64, below
/// 2^28; the inputs outlive it
template <std::size_t kLanes>
class PrefixedMessages {
 public:
  /// Block n of all messages: lane i has its 64 bytes at first + i * stride.
  struct Blocks {
    const std::uint8_t* first;
    std::size_t stride;
  };

  PrefixedMessages(std::uint8_t prefix, const std::uint8_t* inputs, std::size_t size)
      : inputs_(inputs), size_(size) {
    const std::uint64_t bits = (size + 1) * 8;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const auto* input = inputs + lane * size;
      auto* begin = begins_[lane];
      begin[0] = prefix;
      std::memcpy(begin + 1, input, kSha256Block - 1);
      auto* end = ends_[lane];
      end[0] = input[size - 1];
      end[1] = 0x80;
      for (std::size_t i = 0; i < 4; ++i)
        end[kSha256Block - 1 - i] = static_cast<std::uint8_t>(bits >> 8 * i);
    }
  }

  /// The blocks that begin at byte `at` of their messages. REQUIRES: at is a multiple of 64, at most size
  Blocks at(std::size_t at) const {
    if (at == 0) return {begins_[0], kSha256Block};
    if (at == size_) return {ends_[0], kSha256Block};
    return {inputs_ + at - 1, size_};
  }

 private:
  const std::uint8_t* const inputs_;
  const std::size_t size_;
  alignas(64) std::uint8_t begins_[kLanes][kSha256Block];
  alignas(64) std::uint8_t ends_[kLanes][kSha256Block] = {};
};

}  // namespace mycostr::crypto
