// links: placement
#include "placement/location.hpp"

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto text = as_text(input);
  const auto location = placement::parse_location(text);
  const auto area = placement::parse_area(text);
  if (!location) return;
  check(location->text() == text && placement::parse_location(location->text()) == location);
  check(area && placement::area_text(*area) == text && placement::contains(*area, *location));
  check(placement::contains(location->continent(), *location));
}

}  // namespace mycostr::fuzz
