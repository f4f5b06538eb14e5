#include "wire/wide.hpp"

#include <algorithm>

namespace mycostr::wire {

std::string to_string(Wide number) {
  std::string out;
  do {
    out.push_back(static_cast<char>('0' + static_cast<int>(number.value % 10)));
    number.value /= 10;
  } while (number.value != 0);
  std::ranges::reverse(out);
  return out;
}

std::array<std::uint8_t, Wide::kSize> to_bytes(Wide number) {
  std::array<std::uint8_t, Wide::kSize> out{};
  for (std::size_t i = Wide::kSize; i-- > 0; number.value >>= 8)
    out[i] = static_cast<std::uint8_t>(number.value);
  return out;
}

std::optional<Wide> wide_from(ByteView bytes) {
  if (bytes.size() != Wide::kSize) return std::nullopt;
  Wide out;
  for (const auto byte : bytes) out.value = out.value << 8 | byte;
  return out;
}

}  // namespace mycostr::wire
