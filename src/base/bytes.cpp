#include "base/bytes.hpp"

namespace mycostr {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase32Digits = "abcdefghijklmnopqrstuvwxyz234567";

int digit_value(std::string_view digits, char c) {
  const auto at = digits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
  }
  return out;
}

bool from_hex(std::string_view text, MutableBytes out) {
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = digit_value(kHexDigits, text[2 * i]);
    const int low = digit_value(kHexDigits, text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

std::string to_base32(ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() * 8 + 4) / 5);
  std::uint32_t pending = 0;
  int pending_bits = 0;
  for (const auto byte : bytes) {
    pending = (pending << 8 | byte) & 0xfff;
    pending_bits += 8;
    while (pending_bits >= 5) {
      pending_bits -= 5;
      out += kBase32Digits[pending >> pending_bits & 31];
    }
  }
  if (pending_bits > 0) out += kBase32Digits[pending << (5 - pending_bits) & 31];
  return out;
}

bool from_base32(std::string_view text, MutableBytes out) {
  if (text.size() != (out.size() * 8 + 4) / 5) return false;
  std::uint32_t pending = 0;
  int pending_bits = 0;
  std::size_t at = 0;
  for (const char c : text) {
    const int value = digit_value(kBase32Digits, c);
    if (value < 0) return false;
    pending = (pending << 5 | static_cast<std::uint32_t>(value)) & 0xfff;
    pending_bits += 5;
    if (pending_bits < 8) continue;
    pending_bits -= 8;
    out[at++] = static_cast<std::uint8_t>(pending >> pending_bits);
  }
  return at == out.size() && (pending & ((1U << pending_bits) - 1)) == 0;
}

void append_be64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

void append_be32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

std::uint64_t read_be64(ByteView bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | bytes[static_cast<std::size_t>(i)];
  return value;
}

std::uint32_t read_be32(ByteView bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | bytes[static_cast<std::size_t>(i)];
  return value;
}

}  // namespace mycostr
