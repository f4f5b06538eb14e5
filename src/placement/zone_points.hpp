// The table behind placement/coordinates.hpp.
#pragma once

#include <cstdint>

#include "placement/coordinates.hpp"

namespace mycostr::placement {

struct CountryPoints {
  std::string_view country;
  std::uint16_t first;  ///< of zone_points()
  std::uint16_t count;
  std::uint16_t reach_km;
};

struct SubdivisionPoint {
  std::string_view code;  ///< "US-PR"
  std::uint16_t point;    ///< of zone_points()
  std::string_view also;  ///< the country that it is too ("PR"), or empty
};

std::span<const Coordinates> zone_points();
/// Sorted by country.
std::span<const CountryPoints> country_points();
/// Sorted by code. Subdivisions without a point are not in it.
std::span<const SubdivisionPoint> subdivision_points();

}  // namespace mycostr::placement
