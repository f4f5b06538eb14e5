// Where an entry stands in a list that is ordered by time: what cursors are made of.
#pragma once

#include <charconv>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace mycostr::api {

/// "1767225600000-<id in hex>"
template <class Id>
struct ListPlace {
  WallTime at;
  Id id;
  auto operator<=>(const ListPlace&) const = default;

  std::string text() const { return std::to_string(to_unix_ms(at)) + "-" + id.hex(); }
  static std::optional<ListPlace> parse(std::string_view text) {
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc() || !rest.starts_with('-')) return std::nullopt;
    const auto id = Id::from_hex(rest.substr(1));
    if (!id) return std::nullopt;
    return ListPlace{from_unix_ms(ms), *id};
  }
};

}  // namespace mycostr::api
