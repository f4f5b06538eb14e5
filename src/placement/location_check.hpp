// What a node claims about where it is, against what is known. Pure; usable on any thread.
//
// A claim costs nothing, so it counts only as long as nothing contradicts it. Two things can: a database of
// addresses that names another country, and a round trip too short for the distance. Light in fibre goes 200
// km in a millisecond, so whoever answers within t ms is at most 100 km x t away; a long round trip proves
// nothing.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "mycostr/geo_database.hpp"
#include "placement/coordinates.hpp"

namespace mycostr::placement {

/// There and back.
inline constexpr double kFibreKmPerMillisecond = 100;

struct LocationEvidence {
  std::optional<Location> claim;
  std::optional<GeoAnswer> geoip;
  /// The shortest round trip seen between here and the node itself.
  std::optional<Duration> min_rtt;
  /// Whether it was seen over the internet (IpAddress::is_global): over loopback or in a private network it
  /// says nothing about the world.
  bool is_global = false;
  std::optional<Location> own;
};

enum class LocationState {
  claimed,      ///< Nothing but the node's word, or not even that; nothing speaks against it.
  geoip,        ///< The database agrees, or says where it is when the node does not.
  contradicted  ///< It cannot be where it says, or the database says that it is elsewhere.
};

struct LocationCheck {
  LocationState state = LocationState::claimed;
  std::string reason;  ///< For people.
};

/// A territory that has a code of its own counts as itself: in Puerto Rico is PR or US-PR, not US.
LocationCheck check_location(const LocationEvidence& evidence);

/// "claimed", "geoip", "contradicted"
std::string_view location_state_name(LocationState state);

/// How far apart two places in these countries are at the very least: between the nearest of their points,
/// less what the countries reach beyond these (the points are a few towns, and a node may be at the far end).
/// 0 for neighbours and within one country.
double least_distance_km(std::string_view country, std::string_view other_country);

}  // namespace mycostr::placement
