#include <algorithm>

#include "api/header_value.hpp"
#include "api/multipart.hpp"
#include "api/text.hpp"

namespace mycostr::api {
namespace {

Result<void> take_disposition(std::string_view text, PartHead& head) {
  const auto value = parse_header_value(text);
  if (!value || value->value != "form-data")
    return fail(Errc::invalid, "a part's Content-Disposition is malformed");
  const auto* name = value->find("name");
  if (name == nullptr) return fail(Errc::invalid, "a part has no name");
  head.name = *name;
  if (const auto* filename = value->find("filename")) head.filename = *filename;
  if (const auto* extended = value->find("filename*")) {
    auto decoded = decode_extended(*extended);
    if (!decoded) return fail(Errc::invalid, "a part's filename* is malformed");
    head.filename = std::move(*decoded);
  }
  return {};
}

/// Anything but these would have to be decoded, and RFC 7578 has done away with it.
bool is_plain_encoding(std::string_view text) {
  const auto value = to_lower(trim(text));
  return value == "binary" || value == "8bit" || value == "7bit";
}

}  // namespace

Result<PartHead> parse_part_head(std::string_view text) {
  PartHead head;
  bool has_disposition = false;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find("\r\n"));
    text.remove_prefix(std::min(text.size(), line.size() + 2));
    const auto colon = line.find(':');
    const auto name = line.substr(0, std::min(colon, line.size()));
    const bool has_control = std::ranges::any_of(
        line, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
    if (colon == std::string_view::npos || name.empty() ||
        name.find_first_of(" \t") != std::string_view::npos || has_control) {
      return fail(Errc::invalid, "the head of a part is malformed");
    }
    const auto value = trim(line.substr(colon + 1));
    if (equals_ignoring_case(name, "Content-Disposition")) {
      if (std::exchange(has_disposition, true))
        return fail(Errc::invalid, "a part has two Content-Dispositions");
      if (const auto taken = take_disposition(value, head); !taken) return std::unexpected(taken.error());
    } else if (equals_ignoring_case(name, "Content-Type")) {
      if (head.content_type) return fail(Errc::invalid, "a part has two Content-Types");
      head.content_type = std::string(value);
    } else if (equals_ignoring_case(name, "Content-Transfer-Encoding") && !is_plain_encoding(value)) {
      return fail(Errc::invalid, "a part's Content-Transfer-Encoding is none that forms use");
    }
  }
  if (!has_disposition) return fail(Errc::invalid, "a part has no Content-Disposition");
  return head;
}

}  // namespace mycostr::api
