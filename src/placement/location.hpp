// Where a node says it is, and where an owner wants holders to be. Values; usable on any thread.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "placement/iso3166.hpp"

namespace mycostr::placement {

/// A country ("DE"), or a subdivision of one ("US-CA"), optionally with a place ("DE/Berlin",
/// "US-CA/Fresno"). There is one text for each location: codes are upper case, and places are compared byte
/// by byte.
class Location {
 public:
  std::string_view text() const { return text_; }
  /// "US"
  std::string_view country() const { return std::string_view(text_).substr(0, 2); }
  /// "US" or "US-CA"
  std::string_view region() const { return std::string_view(text_).substr(0, text_.find('/')); }
  /// Empty where none is given.
  std::string_view place() const;
  Continent continent() const { return continent_; }

  auto operator<=>(const Location&) const = default;

 private:
  friend std::optional<Location> parse_location(std::string_view text);
  Location(std::string_view text, Continent continent) : text_(text), continent_(continent) {}

  std::string text_;
  Continent continent_;
};

/// At most 71 bytes. Nothing where the country or the subdivision is not assigned, or the place is none
/// (placement/place_name.hpp); a continent is no location.
std::optional<Location> parse_location(std::string_view text);

inline Continent continent_of(const Location& location) {
  return location.continent();
}

/// "north-america"
std::string_view continent_name(Continent continent);
std::optional<Continent> parse_continent(std::string_view name);

/// A continent or a location: what lies in it is asked of contains().
using Area = std::variant<Continent, Location>;

std::optional<Area> parse_area(std::string_view text);
std::string_view area_text(const Area& area);

/// "europe" contains "DE"; "US" contains "US-CA" and "US/Boston"; "US-CA" contains "US-CA/Fresno"; a location
/// with a place contains itself only. Countries' continents are those of UN M49, whatever the subdivision or
/// place.
bool contains(const Area& area, const Location& location);

}  // namespace mycostr::placement
