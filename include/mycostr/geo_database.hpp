// Port: where addresses are, as a database of somebody else's says it. The daemon's: the operator's own
// MaxMind DB file.
#pragma once

#include <optional>
#include <string>

#include "base/ip_address.hpp"

namespace mycostr {

struct GeoPoint {
  double latitude_degrees = 0;   ///< -90 to 90
  double longitude_degrees = 0;  ///< -180 to 180
};

struct GeoAnswer {
  std::string country;  ///< two capital letters: ISO 3166-1, or a provider's own code (XK)
  std::optional<GeoPoint>
      point;  ///< the database's guess, often no more than the middle of a city or country
};

/// Loop thread only; answers at once.
class GeoDatabase {
 public:
  virtual ~GeoDatabase() = default;
  /// Nothing where the database has no country for the address.
  virtual std::optional<GeoAnswer> find(const IpAddress& ip) const = 0;
};

}  // namespace mycostr
