#include "api/header_value.hpp"

#include <algorithm>

#include "api/text.hpp"

namespace mycostr::api {
namespace {

constexpr std::size_t kMaxParameters = 16;

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// After the opening quote; leaves what follows the closing one.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return out;
    if (is_control(c)) return std::nullopt;
    const bool is_escape = c == '\\' && !text.empty() && (text.front() == '"' || text.front() == '\\');
    out.push_back(is_escape ? text.front() : c);
    if (is_escape) text.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<std::string> take_value(std::string_view& text) {
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    return take_quoted(text);
  }
  // More than a token may hold: unquoted boundaries with '=' or '/' are common.
  const auto end = std::min(text.find_first_of("; \t\""), text.size());
  const auto value = text.substr(0, end);
  if (value.empty() || std::ranges::any_of(value, is_control)) return std::nullopt;
  text.remove_prefix(end);
  return std::string(value);
}

bool is_attribute_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '*' || c == '.';
  });
}

}  // namespace

const std::string* HeaderValue::find(std::string_view name) const {
  const auto at = std::ranges::find(parameters, name, &Parameter::name);
  return at == parameters.end() ? nullptr : &at->value;
}

std::optional<HeaderValue> parse_header_value(std::string_view text) {
  const auto first_end = std::min(text.find(';'), text.size());
  HeaderValue out;
  out.value = to_lower(trim(text.substr(0, first_end)));
  text.remove_prefix(first_end);
  while (true) {
    skip_blanks(text);
    if (text.empty()) return out;
    if (text.front() != ';') return std::nullopt;
    text.remove_prefix(1);
    skip_blanks(text);
    if (text.empty() || text.front() == ';') continue;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    auto name = to_lower(trim(text.substr(0, equals)));
    text.remove_prefix(equals + 1);
    skip_blanks(text);
    auto value = take_value(text);
    if (!is_attribute_name(name) || !value || out.find(name) != nullptr) return std::nullopt;
    if (out.parameters.size() == kMaxParameters) return std::nullopt;
    out.parameters.push_back({std::move(name), std::move(*value)});
  }
}

std::optional<std::string> decode_extended(std::string_view text) {
  const auto charset_end = text.find('\'');
  if (charset_end == std::string_view::npos || !equals_ignoring_case(text.substr(0, charset_end), "utf-8")) {
    return std::nullopt;
  }
  const auto language_end = text.find('\'', charset_end + 1);
  if (language_end == std::string_view::npos) return std::nullopt;
  auto value = percent_decode(text.substr(language_end + 1), false);
  if (!value || !is_utf8(*value)) return std::nullopt;
  return value;
}

std::string attachment_disposition(std::string_view name) {
  if (name.empty()) return "attachment";
  std::string fallback;
  for (const char c : name) {
    // One '_' for a character of several bytes: its further bytes are dropped.
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U) continue;
    const bool is_plain = c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '%';
    fallback.push_back(is_plain ? c : '_');
  }
  return "attachment; filename=\"" + fallback + "\"; filename*=UTF-8''" + percent_encode(name);
}

bool is_content_type(std::string_view text) {
  return !text.empty() && text.size() <= 255 && text.front() != ' ' && text.back() != ' ' &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace mycostr::api
