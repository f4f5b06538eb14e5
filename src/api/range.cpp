#include "api/range.hpp"

#include <algorithm>

#include "api/text.hpp"

namespace mycostr::api {
namespace {

/// Digits as a number, UINT64_MAX for one that is larger; nothing for anything else.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    out = out > (UINT64_MAX - digit) / 10 ? UINT64_MAX : out * 10 + digit;
  }
  return out;
}

}  // namespace

RangeChoice choose_range(std::string_view field, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  field = trim(field);
  if (!equals_ignoring_case(field.substr(0, kUnit.size()), kUnit)) return WholeFile();
  const auto spec = field.substr(kUnit.size());
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos) return WholeFile();
  const auto first = parse_position(spec.substr(0, dash));
  const auto last = parse_position(spec.substr(dash + 1));
  if (dash == 0) {
    if (!last) return WholeFile();
    if (*last == 0 || size == 0) return Unsatisfiable();
    return files::ByteRange{size - std::min(size, *last), size};
  }
  const bool is_open = dash + 1 == spec.size();
  if (!first || (!last && !is_open) || (last && *last < *first)) return WholeFile();
  if (*first >= size) return Unsatisfiable();
  return files::ByteRange{*first, is_open || *last >= size ? size : *last + 1};
}

bool none_match_names(std::string_view field, std::string_view etag) {
  field = trim(field);
  if (field == "*") return true;
  while (!field.empty()) {
    field = field.substr(std::min(field.find_first_not_of(" \t,"), field.size()));
    if (field.starts_with("W/")) field.remove_prefix(2);
    if (!field.starts_with('"')) return false;
    const auto end = field.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (field.substr(0, end + 1) == etag) return true;
    field.remove_prefix(end + 1);
  }
  return false;
}

bool if_range_holds(std::string_view field, std::string_view etag) {
  return trim(field) == etag;
}

}  // namespace mycostr::api
