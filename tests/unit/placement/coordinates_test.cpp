#include "placement/coordinates.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "placement/zone_points.hpp"

namespace mycostr::placement {
namespace {

Coordinates shown(std::string_view location) {
  return representative_of(parse_location(location).value());
}

/// To the nearest of the country's points.
double remoteness_km(std::string_view country, const Coordinates& place) {
  double nearest = 1e9;
  for (const auto& point : points_of(country)) nearest = std::min(nearest, distance_km(point, place));
  return nearest;
}

TEST(Coordinates, DistancesAreThoseOfTheGreatCircle) {
  const Coordinates london{51.5, -0.117};
  const Coordinates new_york{40.717, -74.0};
  EXPECT_NEAR(distance_km(london, new_york), 5570, 15);
  EXPECT_NEAR(distance_km(new_york, london), distance_km(london, new_york), 1e-9);
  EXPECT_EQ(distance_km(london, london), 0);
  EXPECT_NEAR(distance_km({0, 0}, {0, 1}), 111.19, 0.01) << "a degree of the equator";
  EXPECT_NEAR(distance_km({90, 0}, {-90, 77}), 20015, 1) << "pole to pole";
  EXPECT_NEAR(distance_km({0, 0}, {0, 180}), 20015, 1) << "antipodes";
  EXPECT_NEAR(distance_km({-16.5, 179.9}, {-16.5, -179.9}), 21.3, 0.1) << "across the date line";
}

TEST(Coordinates, EveryCountryHasPointsOnTheGlobe) {
  for (const auto& country : iso3166_countries()) {
    ASSERT_FALSE(points_of(country.code).empty()) << country.code;
    EXPECT_GE(reach_km(country.code), 300) << country.code;
    for (const auto& point : points_of(country.code)) {
      EXPECT_LE(std::abs(point.latitude_degrees), 90) << country.code;
      EXPECT_LE(std::abs(point.longitude_degrees), 180) << country.code;
    }
  }
  for (const auto* unassigned : {"", "XK", "ZZ", "de", "DEU"}) {
    EXPECT_TRUE(points_of(unassigned).empty()) << unassigned;
    EXPECT_EQ(reach_km(unassigned), 0) << unassigned;
  }
}

TEST(Coordinates, TablesAreWholeAndSorted) {
  std::size_t next = 0;
  for (const auto& row : country_points()) {
    EXPECT_EQ(row.first, next) << row.country;
    next += row.count;
  }
  EXPECT_EQ(next, zone_points().size());
  EXPECT_EQ(country_points().size(), iso3166_countries().size());
  EXPECT_TRUE(std::ranges::is_sorted(country_points(), {}, &CountryPoints::country));
  EXPECT_TRUE(std::ranges::is_sorted(subdivision_points(), {}, &SubdivisionPoint::code));
  for (const auto& row : subdivision_points()) {
    EXPECT_TRUE(parse_location(row.code)) << row.code;
    const auto country = row.also.empty() ? row.code.substr(0, 2) : row.also;
    EXPECT_EQ(remoteness_km(country, zone_points()[row.point]), 0) << row.code;
  }
}

TEST(Coordinates, ALocationIsShownAtItsSubdivisionElseAtItsCountrysPrincipalPlace) {
  EXPECT_EQ(shown("DE"), (Coordinates{52.5, 13.367}));
  EXPECT_EQ(shown("DE/Munich"), shown("DE"));
  EXPECT_EQ(shown("DE-BY"), shown("DE")) << "no zone of its own";
  EXPECT_LT(distance_km(shown("US-CA/Fresno"), {34.05, -118.24}), 10);
  EXPECT_LT(distance_km(shown("US-AK"), {61.2, -149.9}), 20);
  EXPECT_LT(distance_km(shown("AU-WA/Broome"), {-31.95, 115.86}), 20);
  EXPECT_EQ(shown("US-PR/San Juan"), shown("PR"));
  EXPECT_LT(distance_km(shown("US"), {40.7, -74}), 10);
  EXPECT_LT(distance_km(shown("RU"), {55.75, 37.6}), 10);
  EXPECT_LT(distance_km(shown("UA"), {50.45, 30.5}), 10);
  EXPECT_LT(distance_km(shown("BR"), {-23.5, -46.6}), 10);
  EXPECT_LT(distance_km(shown("AU"), {-33.9, 151.2}), 10);
}

TEST(Coordinates, TerritoriesAreCountriesToo) {
  const auto innermost = [](std::string_view text) {
    return std::string(innermost_country(parse_location(text).value()));
  };
  EXPECT_EQ(innermost("US-PR"), "PR");
  EXPECT_EQ(innermost("FR-974/Saint-Denis"), "RE");
  EXPECT_EQ(innermost("CN-HK"), "HK");
  EXPECT_EQ(innermost("US-CA"), "US");
  EXPECT_EQ(innermost("DE/Berlin"), "DE");
}

// The reach decides whether an honest node in a far corner is believed.
TEST(Coordinates, RemotestTownsAreWithinTheReachOfTheirCountry) {
  const struct {
    std::string_view country;
    std::string_view town;
    Coordinates where;
  } towns[] = {
      {"US", "Miami", {25.77, -80.19}},         {"US", "Brownsville", {25.9, -97.5}},
      {"US", "El Paso", {31.76, -106.49}},      {"US", "Seattle", {47.6, -122.33}},
      {"IN", "Mumbai", {19.07, 72.88}},         {"IN", "Jaisalmer", {26.91, 70.91}},
      {"IN", "Kanyakumari", {8.09, 77.54}},     {"IN", "Kavaratti", {10.57, 72.64}},
      {"IN", "Port Blair", {11.67, 92.74}},     {"IN", "Dwarka", {22.24, 68.97}},
      {"CN", "Mohe", {53.48, 122.37}},          {"CN", "Kashgar", {39.47, 75.99}},
      {"CN", "Ruili", {24.01, 97.85}},          {"CN", "Sanya", {18.25, 109.5}},
      {"RU", "Murmansk", {68.97, 33.09}},       {"RU", "Norilsk", {69.35, 88.2}},
      {"RU", "Dikson", {73.51, 80.55}},         {"RU", "Tiksi", {71.64, 128.87}},
      {"BR", "Chuí", {-33.69, -53.46}},         {"BR", "Tabatinga", {-4.25, -69.94}},
      {"AU", "Broome", {-17.96, 122.24}},       {"AU", "Alice Springs", {-23.7, 133.88}},
      {"AU", "Port Hedland", {-20.31, 118.6}},  {"AU", "Thursday Island", {-10.58, 142.22}},
      {"CA", "Alert", {82.5, -62.33}},          {"CA", "Yellowknife", {62.45, -114.38}},
      {"JP", "Yonaguni", {24.47, 123.0}},       {"JP", "Nemuro", {43.33, 145.58}},
      {"ZA", "Cape Town", {-33.92, 18.42}},     {"DZ", "In Guezzam", {19.57, 5.77}},
      {"CD", "Faradje", {3.74, 29.71}},         {"CL", "Arica", {-18.48, -70.31}},
      {"ID", "Banda Aceh", {5.55, 95.32}},      {"ID", "Saumlaki", {-7.98, 131.3}},
      {"NO", "Vardø", {70.37, 31.11}},          {"SE", "Karesuando", {68.44, 22.48}},
      {"FI", "Utsjoki", {69.91, 27.03}},        {"GB", "Unst", {60.75, -0.88}},
      {"GB", "Belfast", {54.6, -5.93}},         {"FR", "Bonifacio", {41.39, 9.16}},
      {"IT", "Lampedusa", {35.5, 12.6}},        {"ES", "Maó", {39.89, 4.26}},
      {"TR", "Yüksekova", {37.57, 44.28}},      {"IR", "Chabahar", {25.29, 60.64}},
      {"SA", "Haql", {29.29, 34.94}},           {"PK", "Sost", {36.69, 74.82}},
      {"KZ", "Öskemen", {49.95, 82.6}},         {"NG", "Baga", {13.1, 13.83}},
      {"LY", "Kufra", {24.18, 23.29}},          {"EG", "Halaib", {22.22, 36.64}},
      {"ML", "Tessalit", {20.2, 1.01}},         {"NE", "Madama", {21.95, 13.65}},
      {"MZ", "Palma", {-10.77, 40.47}},         {"SO", "Caluula", {11.97, 50.76}},
      {"AR", "Puerto Iguazú", {-25.6, -54.57}}, {"PE", "Caballococha", {-3.91, -70.51}},
      {"CO", "San Andrés", {12.58, -81.7}},     {"VN", "Hà Giang", {22.82, 104.98}},
      {"PH", "Bongao", {5.03, 119.77}},         {"MY", "Sandakan", {5.84, 118.12}},
      {"NZ", "Oban", {-46.9, 168.13}},          {"SH", "Tristan da Cunha", {-37.07, -12.31}},
      {"PT", "Flores", {39.45, -31.13}},        {"DE", "Aachen", {50.78, 6.08}},
      {"BO", "Puerto Suárez", {-18.95, -57.8}}, {"MM", "Putao", {27.33, 97.42}},
      {"MX", "Tapachula", {14.9, -92.26}},      {"NL", "Maastricht", {50.85, 5.69}},
  };
  for (const auto& town : towns) {
    EXPECT_LE(remoteness_km(town.country, town.where), reach_km(town.country)) << town.town;
  }
}

}  // namespace
}  // namespace mycostr::placement
