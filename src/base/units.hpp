// Sizes and amounts that cannot be mixed up with plain integers.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mycostr {

/// A number of bytes.
struct ByteCount {
  std::uint64_t value = 0;

  auto operator<=>(const ByteCount&) const = default;
  ByteCount& operator+=(ByteCount other) {
    value += other.value;
    return *this;
  }
  /// REQUIRES: other <= *this
  ByteCount& operator-=(ByteCount other) {
    value -= other.value;
    return *this;
  }
  friend ByteCount operator+(ByteCount a, ByteCount b) { return a += b; }
  friend ByteCount operator-(ByteCount a, ByteCount b) { return a -= b; }
};

constexpr ByteCount operator""_KiB(unsigned long long n) {
  return {n << 10};
}
constexpr ByteCount operator""_MiB(unsigned long long n) {
  return {n << 20};
}
constexpr ByteCount operator""_GiB(unsigned long long n) {
  return {n << 30};
}

/// "100GB" (kB or KB, MB, GB, TB, PB: powers of 1000), "2TiB" (KiB to PiB: powers of 1024) or plain bytes
/// ("4096"); nothing for anything else, or for more than 2^64 - 1 bytes.
std::optional<ByteCount> parse_size(std::string_view text);
/// The shortest text that parse_size() reads as this number: "100GB", "1MiB", "4097".
std::string to_string(ByteCount size);

/// Thousandths of a satoshi.
struct Msat {
  std::int64_t value = 0;
  auto operator<=>(const Msat&) const = default;
};

/// The unit of a proof: shards are multiples of it, and their Merkle trees stand on it.
inline constexpr std::size_t kLeafSize = 4096;
/// Plaintext per chunk, unless the configuration says otherwise.
inline constexpr std::size_t kDefaultChunkSize = 1 << 20;
/// No chunk, and so no shard, is ever larger: what a peer may make this node hold in memory for one request.
inline constexpr std::size_t kMaxChunkSize = 4 << 20;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace mycostr
