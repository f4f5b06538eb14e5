#include "placement/location.hpp"

#include <algorithm>
#include <array>

#include "placement/place_name.hpp"

namespace mycostr::placement {
namespace {

// In the order of Continent.
constexpr std::array<std::string_view, kContinents> kContinentNames{
    "africa", "antarctica", "asia", "europe", "north-america", "oceania", "south-america"};

}  // namespace

std::string_view Location::place() const {
  const auto slash = text_.find('/');
  return slash == std::string::npos ? std::string_view() : std::string_view(text_).substr(slash + 1);
}

std::optional<Location> parse_location(std::string_view text) {
  const auto slash = text.find('/');
  const auto region = text.substr(0, slash);
  if (slash != std::string_view::npos && !is_place_name(text.substr(slash + 1))) return std::nullopt;
  const auto* country = find_country(region.substr(0, 2));
  if (country == nullptr) return std::nullopt;
  const bool is_whole_country = region.size() == 2;
  if (!is_whole_country && (region[2] != '-' || !has_subdivision(*country, region.substr(3))))
    return std::nullopt;
  return Location(text, country->continent);
}

std::string_view continent_name(Continent continent) {
  return kContinentNames[static_cast<std::size_t>(continent)];
}

std::optional<Continent> parse_continent(std::string_view name) {
  const auto found = std::ranges::find(kContinentNames, name);
  if (found == kContinentNames.end()) return std::nullopt;
  return static_cast<Continent>(found - kContinentNames.begin());
}

std::optional<Area> parse_area(std::string_view text) {
  if (const auto continent = parse_continent(text)) return *continent;
  if (auto location = parse_location(text)) return std::move(*location);
  return std::nullopt;
}

std::string_view area_text(const Area& area) {
  if (const auto* continent = std::get_if<Continent>(&area)) return continent_name(*continent);
  return std::get<Location>(area).text();
}

bool contains(const Area& area, const Location& location) {
  if (const auto* continent = std::get_if<Continent>(&area)) return location.continent() == *continent;
  const auto& wanted = std::get<Location>(area);
  if (!wanted.place().empty()) return wanted == location;
  return wanted.region() == location.region() || wanted.region() == location.country();
}

}  // namespace mycostr::placement
