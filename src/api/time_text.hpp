// Times as clients write them.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace mycostr::api {

/// RFC 3339 in UTC with 'Z', with up to 9 digits of a second, of which those beyond milliseconds are cut off:
/// "2026-01-31T23:59:59Z", "2026-01-31T23:59:59.123Z". Nothing for anything else.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace mycostr::api
