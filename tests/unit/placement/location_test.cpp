#include "placement/location.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace mycostr::placement {
namespace {

bool lies_in(std::string_view area, std::string_view location) {
  return contains(parse_area(area).value(), parse_location(location).value());
}

TEST(Location, TakesCountriesSubdivisionsAndPlaces) {
  for (const auto* text : {"DE", "US-CA", "DE/Berlin", "US-CA/Fresno", "FR-971", "AT-9", "JP-13/東京",
                           "CH/Zürich", "US/St. John's", "AQ", "IN/क्‍ष"}) {
    const auto location = parse_location(text);
    ASSERT_TRUE(location) << text;
    EXPECT_EQ(location->text(), text);
  }
  const auto fresno = parse_location("US-CA/Fresno").value();
  EXPECT_EQ(fresno.country(), "US");
  EXPECT_EQ(fresno.region(), "US-CA");
  EXPECT_EQ(fresno.place(), "Fresno");
  EXPECT_EQ(parse_location("US").value().place(), "");
}

TEST(Location, RefusesWhatIsNotAssigned) {
  for (const auto* text : {"",
                           "D",
                           "ZZ",
                           "XK",
                           "UK",
                           "de",
                           "De",
                           "DEU",
                           "Atlantis",
                           "US-",
                           "US-ZZ",
                           "US-ca",
                           "US-CA ",
                           "US-C",
                           "US_CA",
                           "DE-CA",
                           "AQ-1",
                           "US-CALI",
                           "US CA",
                           "europe",
                           "north-america",
                           "europe/Berlin",
                           " DE",
                           "DE ",
                           "US-A A"}) {
    EXPECT_FALSE(parse_location(text)) << text;
  }
  EXPECT_FALSE(parse_location(std::string_view("DE\0", 3)));
  EXPECT_FALSE(parse_location(std::string(1 << 20, 'A')));
}

TEST(Location, RefusesPlacesThatCannotBeShown) {
  using namespace std::string_view_literals;
  for (const auto text : {"DE/"sv,
                          "DE//"sv,
                          "DE/a/b"sv,
                          "DE/ a"sv,
                          "DE/a "sv,
                          "DE/a\nb"sv,
                          "DE/\0"sv,
                          "DE/\x7F"sv,
                          "DE/\xC2\x85"sv,
                          "DE/\xE2\x80\xAE"sv,
                          "DE/\xEF\xBB\xBF"sv,
                          "DE/\x80"sv,
                          "DE/\xC0\xAF"sv,
                          "DE/\xC3"sv,
                          "DE/\xC3("sv,
                          "DE/\xED\xA0\x80"sv,
                          "DE/\xE0\x80\xAF"sv,
                          "DE/\xF0\x80\x80\xAF"sv,
                          "DE/\xF4\x90\x80\x80"sv,
                          "DE/\xF8\x88\x80"sv,
                          "DE/\xFF"sv,
                          "DE/a\xE2\x82"sv}) {
    EXPECT_FALSE(parse_location(text)) << testing::PrintToString(text);
  }
  EXPECT_TRUE(parse_location("DE/" + std::string(64, 'x')));
  EXPECT_FALSE(parse_location("DE/" + std::string(65, 'x')));
}

TEST(Location, KnowsContinents) {
  const std::pair<std::string_view, Continent> expected[] = {{"ZA", Continent::africa},
                                                             {"AQ", Continent::antarctica},
                                                             {"TR", Continent::asia},
                                                             {"CY", Continent::asia},
                                                             {"RU", Continent::europe},
                                                             {"GB-SCT", Continent::europe},
                                                             {"US-HI", Continent::north_america},
                                                             {"MX", Continent::north_america},
                                                             {"AU", Continent::oceania},
                                                             {"BR", Continent::south_america},
                                                             {"GL/Nuuk", Continent::north_america}};
  for (const auto& [text, continent] : expected) {
    EXPECT_EQ(continent_of(parse_location(text).value()), continent) << text;
  }
}

TEST(Location, TableIsSortedAndEveryCodeIsFound) {
  const auto rows = iso3166_countries();
  EXPECT_EQ(rows.size(), 249);
  EXPECT_EQ(std::ranges::adjacent_find(rows, std::ranges::greater_equal{}, &CountryRow::code), rows.end());
  std::size_t subdivisions = 0;
  for (const auto& row : rows) {
    ASSERT_TRUE(parse_location(row.code)) << row.code;
    ASSERT_EQ(row.subdivisions.size() % 4, 0) << row.code;
    for (std::size_t i = 0; i < row.subdivisions.size(); i += 4, ++subdivisions) {
      const auto padded = row.subdivisions.substr(i, 4);
      const auto text = std::string(row.code) + "-" + std::string(padded.substr(0, padded.find(' ')));
      ASSERT_TRUE(parse_location(text)) << text;
    }
  }
  EXPECT_GT(subdivisions, 5000);
}

TEST(Area, HoldsWhatLiesInIt) {
  EXPECT_TRUE(lies_in("US", "US"));
  EXPECT_TRUE(lies_in("US", "US-CA"));
  EXPECT_TRUE(lies_in("US", "US/Boston"));
  EXPECT_TRUE(lies_in("US", "US-CA/Fresno"));
  EXPECT_TRUE(lies_in("US-CA", "US-CA"));
  EXPECT_TRUE(lies_in("US-CA", "US-CA/Fresno"));
  EXPECT_TRUE(lies_in("DE/Berlin", "DE/Berlin"));
  EXPECT_TRUE(lies_in("europe", "DE/Berlin"));
  EXPECT_TRUE(lies_in("north-america", "US-CA"));

  EXPECT_FALSE(lies_in("US-CA", "US"));
  EXPECT_FALSE(lies_in("US-CA", "US/Boston"));
  EXPECT_FALSE(lies_in("US-CA", "US-CO"));
  EXPECT_FALSE(lies_in("DE/Berlin", "DE"));
  EXPECT_FALSE(lies_in("DE/Berlin", "DE/Bonn"));
  EXPECT_FALSE(lies_in("DE/Berlin", "DE-BE/Berlin"));
  EXPECT_FALSE(lies_in("US/Boston", "US-MA/Boston"));
  EXPECT_FALSE(lies_in("asia", "DE"));
  EXPECT_FALSE(lies_in("AT-1", "AT-2"));
}

TEST(Area, ReadsContinentsAndLocations) {
  for (const auto* text : {"africa", "antarctica", "asia", "europe", "north-america", "oceania",
                           "south-america", "DE", "US-CA", "DE/Berlin"}) {
    const auto area = parse_area(text);
    ASSERT_TRUE(area) << text;
    EXPECT_EQ(area_text(*area), text);
  }
  for (const auto* text : {"", "Europe", "america", "ZZ", "world", "europe/Berlin"})
    EXPECT_FALSE(parse_area(text)) << text;
}

}  // namespace
}  // namespace mycostr::placement
