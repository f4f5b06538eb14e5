#include "placement/location_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

namespace mycostr::placement {
namespace {

/// The reason why the round trip is too short for the claim, if it is.
std::optional<std::string> contradicted_by_rtt(const LocationEvidence& known) {
  // No round trip takes no time: that is a clock too coarse.
  if (!known.is_global || !known.own || !known.min_rtt || *known.min_rtt <= Duration::zero()) return {};
  const auto rtt_ms = to_seconds(*known.min_rtt) * 1000;
  const auto farthest_km = kFibreKmPerMillisecond * rtt_ms;
  const auto distance_km = least_distance_km(innermost_country(*known.own), innermost_country(*known.claim));
  if (distance_km <= farthest_km) return {};
  return fmt::format(
      "claims {}, {:.0f} km or more from {}, but answers in {:.1f} ms: no farther than {:.0f} km",
      known.claim->text(), distance_km, known.own->text(), rtt_ms, farthest_km);
}

/// A database may say PR of what is US-PR, or US. Codes that are not assigned cannot be compared.
bool agrees(const GeoAnswer& geoip, const Location& claim) {
  return geoip.country == claim.country() || geoip.country == innermost_country(claim);
}

bool is_comparable(const std::optional<GeoAnswer>& geoip) {
  return geoip && find_country(geoip->country) != nullptr;
}

LocationCheck check_unclaimed(const LocationEvidence& known) {
  if (!is_comparable(known.geoip)) return {LocationState::claimed, "claims no location"};
  return {LocationState::geoip,
          fmt::format("claims no location; the address database says {}", known.geoip->country)};
}

}  // namespace

LocationCheck check_location(const LocationEvidence& known) {
  if (!known.claim) return check_unclaimed(known);
  const auto claim = known.claim->text();
  // First, for it is physics: a database can be wrong, or the address be that of a relay.
  if (auto reason = contradicted_by_rtt(known)) return {LocationState::contradicted, std::move(*reason)};
  if (!is_comparable(known.geoip)) {
    return {LocationState::claimed, fmt::format("claims {}; nothing speaks against it", claim)};
  }
  if (agrees(*known.geoip, *known.claim)) {
    return {LocationState::geoip, fmt::format("claims {}; the address database agrees", claim)};
  }
  return {LocationState::contradicted,
          fmt::format("claims {}, but the address database says {}", claim, known.geoip->country)};
}

std::string_view location_state_name(LocationState state) {
  switch (state) {
    case LocationState::claimed:
      return "claimed";
    case LocationState::geoip:
      return "geoip";
    case LocationState::contradicted:
      return "contradicted";
  }
  return "claimed";
}

double least_distance_km(std::string_view country, std::string_view other_country) {
  if (country == other_country) return 0;
  auto nearest = std::numeric_limits<double>::infinity();
  for (const auto& a : points_of(country)) {
    for (const auto& b : points_of(other_country)) nearest = std::min(nearest, distance_km(a, b));
  }
  return std::max(0.0, nearest - reach_km(country) - reach_km(other_country));
}

}  // namespace mycostr::placement
