// What may stand after the '/' of a location.
#pragma once

#include <string_view>

namespace mycostr::placement {

inline constexpr std::size_t kMaxPlaceBytes = 64;

/// 1 to 64 bytes of valid UTF-8 without '/', without control, separator or text-direction characters (names
/// are shown to people and written to logs), and without a space at either end.
bool is_place_name(std::string_view text);

}  // namespace mycostr::placement
