// The part of a list that a call asks for.
#pragma once

#include <algorithm>

#include "api/parameters.hpp"
#include "base/time.hpp"

namespace mycostr::api {

struct Page {
  std::size_t limit = 100;            ///< 1 to 1000
  std::optional<std::string> cursor;  ///< next_cursor of the page before
  bool descending = false;            ///< newest first
};

/// `limit`, `cursor` and `order`. Refusals: invalid_value.
Outcome<Page> read_page(const Parameters& parameters);
std::unexpected<ApiError> no_such_cursor();
/// A time, where it is given. Refusals: invalid_value.
Outcome<std::optional<WallTime>> read_time(const Parameters& parameters, std::string_view name);

/// A page of `places`, which stand for the entries of the list, in the page's order: those behind `after`,
/// page.limit at most. True where there are more.
template <class Place>
bool cut_page(std::vector<Place>& places, const std::optional<Place>& after, const Page& page) {
  if (after) {
    std::erase_if(places,
                  [&](const Place& place) { return page.descending ? place >= *after : place <= *after; });
  }
  std::ranges::sort(places);
  if (page.descending) std::ranges::reverse(places);
  const bool has_more = places.size() > page.limit;
  if (has_more) places.resize(page.limit);
  return has_more;
}

}  // namespace mycostr::api
