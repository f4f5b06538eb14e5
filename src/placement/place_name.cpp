#include "placement/place_name.hpp"

#include <cstdint>
#include <optional>

namespace mycostr::placement {
namespace {

/// Takes one character off the front; nothing where it is not valid UTF-8 (truncated, overlong, surrogate,
/// too large).
std::optional<char32_t> take_character(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  std::size_t length = 1;
  if (lead >= 0xC0) length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if ((lead >= 0x80 && lead < 0xC0) || lead > 0xF4 || text.size() < length) return std::nullopt;
  char32_t value = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(text[i]);
    if ((next & 0xC0U) != 0x80) return std::nullopt;
    value = value << 6 | (next & 0x3FU);
  }
  constexpr char32_t kLeastOfLength[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kLeastOfLength[length] || value > 0x10FFFF || is_surrogate) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

bool is_printable(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  // C0, C1, soft hyphen, zero-width space, direction marks, separators and overrides, invisible operators and
  // isolates, byte order mark, annotations. The joiners U+200C and U+200D are part of names in some scripts.
  constexpr Range kUnprintable[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},
                                    {0x061C, 0x061C}, {0x200B, 0x200B}, {0x200E, 0x200F},
                                    {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF},
                                    {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0x10FFFF}};
  for (const auto& range : kUnprintable) {
    if (c >= range.first && c <= range.last) return false;
  }
  return true;
}

}  // namespace

bool is_place_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxPlaceBytes || text.front() == ' ' || text.back() == ' ') return false;
  while (!text.empty()) {
    const auto c = take_character(text);
    if (!c || *c == U'/' || !is_printable(*c)) return false;
  }
  return true;
}

}  // namespace mycostr::placement
