// Header values with parameters: Content-Type and Content-Disposition.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mycostr::api {

struct HeaderValue {
  struct Parameter {
    std::string name;   ///< lower case
    std::string value;  ///< quoted-string taken apart
  };
  std::string value;  ///< before the first ';', lower case
  std::vector<Parameter> parameters;

  const std::string* find(std::string_view name) const;
};

/// Nothing where it is malformed, names a parameter twice or has more than 16. In a quoted-string a backslash
/// takes its meaning only before '"' and '\': browsers send names of files with plain backslashes.
std::optional<HeaderValue> parse_header_value(std::string_view text);

/// RFC 8187: "UTF-8''a%20b"; nothing for other character sets and for what is malformed.
std::optional<std::string> decode_extended(std::string_view text);

/// RFC 6266: `attachment` with the name in ASCII for old clients and in UTF-8 for the others. Safe for any
/// UTF-8.
std::string attachment_disposition(std::string_view name);

/// What can stand in a Content-Type field as it is: 1 to 255 printable ASCII characters, no space at either
/// end.
bool is_content_type(std::string_view text);

}  // namespace mycostr::api
