#include "placement/coordinates.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "placement/zone_points.hpp"

namespace mycostr::placement {
namespace {

constexpr double kEarthRadiusKm = 6371;

double radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}

const CountryPoints* find_row(std::string_view country) {
  const auto rows = country_points();
  const auto found = std::ranges::lower_bound(rows, country, {}, &CountryPoints::country);
  return found != rows.end() && found->country == country ? &*found : nullptr;
}

const SubdivisionPoint* find_subdivision(const Location& location) {
  const auto rows = subdivision_points();
  const auto found = std::ranges::lower_bound(rows, location.region(), {}, &SubdivisionPoint::code);
  return found != rows.end() && found->code == location.region() ? &*found : nullptr;
}

}  // namespace

double distance_km(const Coordinates& a, const Coordinates& b) {
  const auto sine_of_half = [](double degrees) { return std::sin(radians(degrees) / 2); };
  const auto north = sine_of_half(b.latitude_degrees - a.latitude_degrees);
  const auto east = sine_of_half(b.longitude_degrees - a.longitude_degrees);
  const auto haversine = north * north + std::cos(radians(a.latitude_degrees)) *
                                             std::cos(radians(b.latitude_degrees)) * east * east;
  // Rounding may take it above 1 at the antipodes.
  return 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(haversine)));
}

std::span<const Coordinates> points_of(std::string_view country) {
  const auto* row = find_row(country);
  if (row == nullptr) return {};
  return zone_points().subspan(row->first, row->count);
}

double reach_km(std::string_view country) {
  const auto* row = find_row(country);
  return row == nullptr ? 0 : row->reach_km;
}

Coordinates representative_of(const Location& location) {
  if (const auto* subdivision = find_subdivision(location)) return zone_points()[subdivision->point];
  return points_of(location.country()).front();
}

std::string_view innermost_country(const Location& location) {
  const auto* subdivision = find_subdivision(location);
  return subdivision == nullptr || subdivision->also.empty() ? location.country() : subdivision->also;
}

}  // namespace mycostr::placement
