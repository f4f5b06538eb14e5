// Whole numbers of 128 bits: products of bytes, milliseconds and prices, which no 64 bits hold.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace mycostr::wire {

__extension__ using Uint128 = unsigned __int128;

/// Never wraps around: what would is nothing.
struct Wide {
  static constexpr std::size_t kSize = 16;
  Uint128 value = 0;

  constexpr Wide() = default;
  constexpr explicit Wide(Uint128 number) : value(number) {}
  constexpr auto operator<=>(const Wide&) const = default;
};

constexpr std::optional<Wide> sum(Wide a, Wide b) {
  if (a.value + b.value < a.value) return std::nullopt;
  return Wide(a.value + b.value);
}
constexpr std::optional<Wide> product(Wide a, Wide b) {
  if (b.value != 0 && a.value > ~Uint128{0} / b.value) return std::nullopt;
  return Wide(a.value * b.value);
}
/// Decimal.
std::string to_string(Wide number);
/// Big-endian, as it travels and is kept.
std::array<std::uint8_t, Wide::kSize> to_bytes(Wide number);
/// Nothing where it is not exactly 16 bytes.
std::optional<Wide> wide_from(ByteView bytes);

}  // namespace mycostr::wire
