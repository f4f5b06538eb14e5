// Where countries and subdivisions are on the globe. Values and static tables; usable on any thread.
#pragma once

#include <span>
#include <string_view>

#include "placement/location.hpp"

namespace mycostr::placement {

struct Coordinates {
  double latitude_degrees = 0;   ///< north of the equator; -90 to 90
  double longitude_degrees = 0;  ///< east of Greenwich; -180 to 180
  auto operator<=>(const Coordinates&) const = default;
};

/// Along the great circle of a sphere of 6371 km, by the haversine formula (R. W. Sinnott, "Virtues of the
/// Haversine", Sky and Telescope 68, 1984). At most 0.6% off, for the Earth is no sphere.
double distance_km(const Coordinates& a, const Coordinates& b);

/// A principal place of each time zone of the country, the most important one first; never empty
/// for an assigned code, empty for others. Source: tzdata's zone.tab.
std::span<const Coordinates> points_of(std::string_view country);

/// How far a place of the country may be from the nearest of its points: 300 to 3000 km, 0 for a code that is
/// not assigned.
double reach_km(std::string_view country);

/// Where to show a location on a map: the subdivision's point where tzdata has one, else the country's first.
/// The place's name is not looked at.
Coordinates representative_of(const Location& location);

/// The country whose code the location may have as well: "PR" for US-PR, "RE" for FR-974, "DE" for
/// "DE/Berlin".
std::string_view innermost_country(const Location& location);

}  // namespace mycostr::placement
