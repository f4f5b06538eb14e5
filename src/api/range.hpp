// Conditional and range requests (RFC 9110, 13 and 14). Pure.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "files/retrieve_service.hpp"

namespace mycostr::api {

struct WholeFile {};
struct Unsatisfiable {};
using RangeChoice = std::variant<WholeFile, files::ByteRange, Unsatisfiable>;

/// What a Range field asks of `size` bytes. Several ranges, another unit and what is malformed: the whole
/// file.
RangeChoice choose_range(std::string_view field, std::uint64_t size);

/// If-None-Match: "*", or a list with `etag` in it, weak or strong. REQUIRES: `etag` is quoted.
bool none_match_names(std::string_view field, std::string_view etag);

/// If-Range: whether it is this very strong tag. A date never is: no Last-Modified is sent.
bool if_range_holds(std::string_view field, std::string_view etag);

}  // namespace mycostr::api
