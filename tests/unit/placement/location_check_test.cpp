#include "placement/location_check.hpp"

#include <gtest/gtest.h>

namespace mycostr::placement {
namespace {

using namespace std::chrono_literals;

/// Seen from here: `claim` at a round trip of `rtt`, over the internet.
LocationEvidence seen(std::string_view own, std::string_view claim, Duration rtt) {
  return {parse_location(claim).value(), std::nullopt, rtt, true, parse_location(own).value()};
}

LocationState state(const LocationEvidence& evidence) {
  return check_location(evidence).state;
}

LocationState from_geoip(std::string_view claim, std::string country) {
  return state(
      {parse_location(claim).value(), GeoAnswer{std::move(country), std::nullopt}, std::nullopt, true, {}});
}

TEST(LocationCheck, AClaimAloneIsAClaim) {
  const LocationEvidence only_claim{parse_location("JP").value(), {}, {}, true, parse_location("DE").value()};
  EXPECT_EQ(state(only_claim), LocationState::claimed);
  EXPECT_EQ(check_location(only_claim).reason, "claims JP; nothing speaks against it");
  EXPECT_EQ(state({}), LocationState::claimed);
  EXPECT_EQ(check_location({}).reason, "claims no location");
}

TEST(LocationCheck, TheOtherSideOfTheGlobeIsNotFiveMillisecondsAway) {
  const auto check = check_location(seen("DE", "NZ", 5ms));
  EXPECT_EQ(check.state, LocationState::contradicted);
  EXPECT_NE(check.reason.find("claims NZ, 1"), std::string::npos) << check.reason;
  EXPECT_NE(check.reason.find("from DE, but answers in 5.0 ms: no farther than 500 km"), std::string::npos)
      << check.reason;
  EXPECT_EQ(state(seen("NZ", "DE", 5ms)), LocationState::contradicted);
  EXPECT_EQ(state(seen("DE", "US", 5ms)), LocationState::contradicted);
  EXPECT_EQ(state(seen("DE", "JP", 20ms)), LocationState::contradicted);
}

TEST(LocationCheck, ALongRoundTripProvesNothing) {
  EXPECT_EQ(state(seen("DE", "NZ", 500ms)), LocationState::claimed);
  EXPECT_EQ(state(seen("DE", "AT", 500ms)), LocationState::claimed) << "it may be a slow line";
  EXPECT_EQ(state(seen("DE", "DE", 1h)), LocationState::claimed);
}

TEST(LocationCheck, NeighboursAndTheOwnCountryMayBeNext) {
  EXPECT_EQ(state(seen("DE", "DE", 1ns)), LocationState::claimed);
  EXPECT_EQ(state(seen("US-CA", "US-NY", 100us)), LocationState::claimed) << "one country has no far ends";
  EXPECT_EQ(state(seen("DE", "PL", 100us)), LocationState::claimed);
  EXPECT_EQ(state(seen("DE", "FR", 100us)), LocationState::claimed);
  EXPECT_EQ(state(seen("OM", "IN", 15ms)), LocationState::claimed) << "Mumbai, though the point is Kolkata";
  EXPECT_EQ(state(seen("US", "CU", 5ms)), LocationState::claimed) << "Miami to Havana";
}

TEST(LocationCheck, TheBoundIsTheSpeedOfLightInFibre) {
  const auto least = least_distance_km("DE", "JP");
  const auto bound = std::chrono::duration_cast<Duration>(
      std::chrono::duration<double, std::milli>(least / kFibreKmPerMillisecond));
  EXPECT_EQ(state(seen("DE", "JP", bound - 1us)), LocationState::contradicted);
  EXPECT_EQ(state(seen("DE", "JP", bound + 1us)), LocationState::claimed);
}

TEST(LocationCheck, LeastDistanceLeavesRoomForTheFarEndsOfBothCountries) {
  EXPECT_EQ(least_distance_km("DE", "DE"), 0);
  EXPECT_EQ(least_distance_km("DE", "PL"), 0);
  const auto between_points = distance_km(points_of("DE").front(), points_of("JP").front());
  EXPECT_NEAR(least_distance_km("DE", "JP"), between_points - reach_km("DE") - reach_km("JP"), 200);
  EXPECT_EQ(least_distance_km("DE", "JP"), least_distance_km("JP", "DE"));
}

// Whatever two nodes at the countries' own points measure, light kept to its speed: nobody honest is refused.
TEST(LocationCheck, NoHonestPairOfCountriesContradicts) {
  for (const auto& own : iso3166_countries()) {
    for (const auto& claim : iso3166_countries()) {
      const auto apart = distance_km(points_of(own.code).back(), points_of(claim.code).back());
      const auto rtt = std::chrono::duration_cast<Duration>(
          std::chrono::duration<double, std::milli>(apart / kFibreKmPerMillisecond));
      ASSERT_EQ(state(seen(own.code, claim.code, rtt + 1us)), LocationState::claimed)
          << own.code << " " << claim.code;
    }
  }
}

TEST(LocationCheck, RoundTripsThatSayNothingAreLeftOut) {
  auto local = seen("DE", "NZ", 1ms);
  local.is_global = false;
  EXPECT_EQ(state(local), LocationState::claimed) << "a development network on loopback";
  auto nowhere = seen("DE", "NZ", 1ms);
  nowhere.own = std::nullopt;
  EXPECT_EQ(state(nowhere), LocationState::claimed) << "this node does not know where it is itself";
  EXPECT_EQ(state(seen("DE", "NZ", 0ms)), LocationState::claimed) << "a clock too coarse";
  EXPECT_EQ(state(seen("DE", "NZ", -5ms)), LocationState::claimed);
}

TEST(LocationCheck, TheDatabaseAgreesOrContradicts) {
  EXPECT_EQ(from_geoip("DE", "DE"), LocationState::geoip);
  EXPECT_EQ(from_geoip("DE/Berlin", "DE"), LocationState::geoip);
  EXPECT_EQ(from_geoip("US-CA", "US"), LocationState::geoip);
  EXPECT_EQ(from_geoip("DE", "AT"), LocationState::contradicted);
  const LocationEvidence lie{parse_location("DE").value(), GeoAnswer{"US", {}}, {}, true, {}};
  EXPECT_EQ(check_location(lie).reason, "claims DE, but the address database says US");
}

TEST(LocationCheck, TheDatabaseMayNameTheTerritoryOrItsState) {
  EXPECT_EQ(from_geoip("US-PR", "PR"), LocationState::geoip);
  EXPECT_EQ(from_geoip("US-PR", "US"), LocationState::geoip);
  EXPECT_EQ(from_geoip("US", "PR"), LocationState::contradicted);
  EXPECT_EQ(state(seen("JP", "US-GU", 30ms)), LocationState::claimed) << "Guam is next to Japan";
  EXPECT_EQ(state(seen("PT", "US-GU", 30ms)), LocationState::contradicted);
}

TEST(LocationCheck, CodesThatAreNoCountryAreNoAnswer) {
  for (const auto* code : {"XK", "EU", "A1", "", "de", "a country"}) {
    EXPECT_EQ(from_geoip("DE", code), LocationState::claimed) << code;
  }
}

TEST(LocationCheck, WithoutAClaimTheDatabaseSpeaksForItself) {
  const LocationEvidence silent{{}, GeoAnswer{"FR", {}}, 1ms, true, parse_location("NZ").value()};
  EXPECT_EQ(state(silent), LocationState::geoip);
  EXPECT_EQ(check_location(silent).reason, "claims no location; the address database says FR");
}

TEST(LocationCheck, LightWinsOverTheDatabase) {
  auto relayed = seen("DE", "NZ", 5ms);
  relayed.geoip = GeoAnswer{"NZ", std::nullopt};
  EXPECT_EQ(state(relayed), LocationState::contradicted);
  relayed.min_rtt = 300ms;
  EXPECT_EQ(state(relayed), LocationState::geoip);
}

TEST(LocationCheck, StatesHaveTheNamesOfTheApi) {
  EXPECT_EQ(location_state_name(LocationState::claimed), "claimed");
  EXPECT_EQ(location_state_name(LocationState::geoip), "geoip");
  EXPECT_EQ(location_state_name(LocationState::contradicted), "contradicted");
}

}  // namespace
}  // namespace mycostr::placement
