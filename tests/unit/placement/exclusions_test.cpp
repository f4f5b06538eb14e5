#include "placement/exclusions.hpp"

#include <gtest/gtest.h>

#include "unit/placement/candidates.hpp"

namespace mycostr::placement {
namespace {

using Told = std::vector<std::pair<std::string_view, std::string>>;

Told told(const std::vector<Exclusion>& exclusions) {
  Told out;
  for (const auto& exclusion : exclusions) out.emplace_back(exclusion.reason, exclusion.detail);
  return out;
}

TEST(Exclusions, NothingSpeaksAgainstAGoodHolder) {
  EXPECT_TRUE(exclusions_of(candidate(1), anywhere(), true).empty());
}

TEST(Exclusions, AllReasonsAreTold) {
  auto bad = candidate(1, "DE/Berlin");
  bad.reachable = bad.accepting = false;
  bad.last_seen = from_unix_ms(1'767'225'600'000);
  bad.free = 4_KiB;
  bad.capacity = 1_MiB;
  bad.price_msat_per_tb_month = 2001;
  bad.distrust = Distrust::suspended;
  auto request = anywhere();
  request.areas = {*parse_area("asia"), *parse_area("US-CA")};
  request.max_price_msat_per_tb_month = 2000;
  const Told expected = {{"wrong_location", "DE/Berlin does not lie in asia, US-CA"},
                         {"suspended", "it lost data, and has to pass audits before it gets more"},
                         {"offline", "it does not answer, and did last at 2026-01-01T00:00:00.000Z"},
                         {"not_accepting", "it takes no new shards"},
                         {"too_expensive", "it asks 2001 msat per TB and month, 2000 at most are paid"},
                         {"full", "4096 of 1048576 bytes are free, a shard takes 1048576"}};
  EXPECT_EQ(told(exclusions_of(bad, request, false)), expected);
  EXPECT_EQ(told(exclusions_of(bad, request, false, 1)), Told{expected[0]});
}

TEST(Exclusions, WhoAsksJustWhatIsPaidIsNotTooExpensive) {
  auto holder = candidate(1);
  holder.price_msat_per_tb_month = 2000;
  auto request = anywhere();
  request.max_price_msat_per_tb_month = 2000;
  EXPECT_TRUE(exclusions_of(holder, request, true).empty());
}

TEST(Exclusions, WhoHasNeverAnsweredIsToldSo) {
  auto unheard = candidate(1);
  unheard.reachable = false;
  unheard.location.reset();
  auto request = anywhere();
  request.areas = {*parse_area("DE")};
  EXPECT_EQ(told(exclusions_of(unheard, request, false)),
            (Told{{"wrong_location", "its location is not known"},
                  {"offline", "it has never answered this node"}}));
}

TEST(Exclusions, ThatItOffersNothingIsToldOnce) {
  auto client = candidate(1);
  client.capacity = client.free = {};
  EXPECT_EQ(told(exclusions_of(client, anywhere(), false)), (Told{{"no_capacity", "it offers no capacity"}}));
}

TEST(Exclusions, AbsenceCountsInAGrownNetworkOnly) {
  auto away = candidate(1);
  away.distrust = Distrust::poorly_online;
  EXPECT_TRUE(exclusions_of(away, anywhere(), false).empty());
  EXPECT_EQ(exclusions_of(away, anywhere(), true).front().reason, "poorly_online");
}

TEST(Exclusions, OfAChunkAreToldWhereNothingElseSpeaksAgainstTheNode) {
  std::vector<Candidate> nodes{candidate(1), candidate(2), candidate(3)};
  nodes[1].subnet = nodes[0].subnet;
  nodes[2].subnet = nodes[0].subnet;
  nodes[2].reachable = false;
  const Eligible eligible(nodes, anywhere(), {});
  EXPECT_TRUE(eligible.explain_fully(nodes[0], anywhere()).empty());
  EXPECT_TRUE(eligible.explain_fully(nodes[1], anywhere()).empty()) << "either may have the copy";
  const auto silent = eligible.explain_fully(nodes[2], anywhere());
  ASSERT_EQ(silent.size(), 1U);
  EXPECT_EQ(silent[0].reason, "offline");
}

}  // namespace
}  // namespace mycostr::placement
