// links: base
#include "base/ids.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

/// Hex and base32: what is accepted is what would be written.
void take(ByteView input) {
  const auto text = as_text(input);
  Bytes from_text(text.size() / 2);
  if (from_hex(text, from_text)) check(to_hex(from_text) == text);
  from_text.resize(text.size() * 5 / 8);
  if (from_base32(text, from_text)) check(to_base32(from_text) == text);
  Bytes back(input.size());
  check(from_base32(to_base32(input), back) && as_text(back) == text);
  if (const auto id = parse_file_id(text)) check(file_id_text(*id) == text);
}

}  // namespace mycostr::fuzz
