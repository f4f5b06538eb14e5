// Small text work that HTTP needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mycostr::api {

/// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);
/// Nothing where a '%' is not followed by two hex digits. With `plus_is_space` as in a query.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
/// All but letters, digits and "-._~" as %XX.
std::string percent_encode(std::string_view text);
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
/// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);
/// Of digits and nothing else.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace mycostr::api
