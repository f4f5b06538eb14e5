// Byte containers, views and their text forms.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mycostr {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hex.
std::string to_hex(ByteView bytes);
/// Fills `out` from exactly 2 * out.size() lower-case hex digits; false where the text is anything else.
bool from_hex(std::string_view text, MutableBytes out);

/// RFC 4648 base32 in lower case, without padding.
std::string to_base32(ByteView bytes);
/// Fills `out` from its only base32 form (trailing bits zero); false where the text is anything else.
bool from_base32(std::string_view text, MutableBytes out);

/// Big-endian integers, as they stand in keys and on the wire.
void append_be64(std::string& out, std::uint64_t value);
void append_be32(std::string& out, std::uint32_t value);
std::uint64_t read_be64(ByteView bytes);  // REQUIRES: 8 bytes
std::uint32_t read_be32(ByteView bytes);  // REQUIRES: 4 bytes

}  // namespace mycostr
