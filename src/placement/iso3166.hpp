// The codes of ISO 3166 and the continent of each country.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mycostr::placement {

enum class Continent : std::uint8_t {
  africa,
  antarctica,
  asia,
  europe,
  north_america,
  oceania,
  south_america
};
inline constexpr std::size_t kContinents = 7;

/// A country (ISO 3166-1 alpha-2) and the second halves of its ISO 3166-2 codes: sorted, each padded to four
/// characters.
struct CountryRow {
  std::string_view code;
  Continent continent;
  std::string_view subdivisions;
};

/// All countries, sorted by code. The table is static.
std::span<const CountryRow> iso3166_countries();

/// Nothing where the code (upper case) is not assigned.
const CountryRow* find_country(std::string_view code);
/// True where `code` ("CA" of "US-CA") is a subdivision of that country.
bool has_subdivision(const CountryRow& country, std::string_view code);

}  // namespace mycostr::placement
