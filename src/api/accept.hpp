// Which form of an answer a client wants.
#pragma once

#include <string_view>

namespace mycostr::api {

/// By an Accept field (RFC 9110, 12.5.1): CSV rather than JSON. Parts of it that are malformed count for
/// nothing; where both are as welcome, the one that is named.
bool prefers_csv(std::string_view accept);

}  // namespace mycostr::api
