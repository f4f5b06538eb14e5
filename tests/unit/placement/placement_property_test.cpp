// Random networks, compared with the rules read literally.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "placement/placement.hpp"
#include "unit/placement/candidates.hpp"

namespace mycostr::placement {
namespace {

constexpr std::string_view kPlaces[] = {"DE",           "DE/Berlin", "FR", "US", "US-CA",
                                        "US-CA/Fresno", "JP",        "BR", "ZA", "AU"};
constexpr std::string_view kAreas[] = {"europe", "DE", "US",     "US-CA",  "DE/Berlin",
                                       "asia",   "JP", "africa", "oceania"};

std::vector<Candidate> some_candidates(Random& random) {
  std::vector<Candidate> out;
  const auto count = random.below(60);
  const auto vetted_percent = random.below(101);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto c = candidate(i, kPlaces[random.below(std::size(kPlaces))]);
    c.subnet = std::to_string(random.below(1 + random.below(60)));
    c.free = ByteCount{random.below(8) << 19};
    c.capacity = ByteCount{random.below(8) == 0 ? 0 : 4_MiB .value};
    c.reachable = random.below(8) != 0;
    c.accepting = random.below(8) != 0;
    c.weight = static_cast<double>(random.below(5)) / 2;
    c.rtt = Duration(static_cast<std::int64_t>(random.below(1'000'000'000)));
    if (random.below(10) == 0) c.location.reset();
    c.vetted = random.below(100) < vetted_percent;
    c.trial_room = ByteCount{random.below(8) << 19};
    if (random.below(6) == 0) c.distrust = static_cast<Distrust>(random.below(4));
    out.push_back(std::move(c));
  }
  return out;
}

std::vector<NodeId> some_ids(Random& random, std::uint64_t most) {
  std::vector<NodeId> out(random.below(most));
  for (auto& id : out) id = node_id(static_cast<std::uint32_t>(random.below(60)));
  return out;
}

struct Case {
  std::vector<Candidate> candidates;
  Request request;
  Rules rules;
  std::vector<NodeId> held, failed;
  Load load;

  bool would_serve(const Candidate& c) const {
    const bool in_area =
        request.areas.empty() || (c.location && std::ranges::any_of(request.areas, [&](const Area& a) {
                                    return contains(a, *c.location);
                                  }));
    const bool is_trusted = c.distrust == Distrust::none || c.distrust == Distrust::poorly_online;
    return c.id != request.self && c.capacity.value > 0 && c.reachable && c.accepting && in_area &&
           is_trusted && c.free >= request.shard_size;
  }
  std::size_t vetted_places() const {
    std::set<std::string> out;
    for (const auto& c : candidates) {
      if (c.vetted && c.distrust == Distrust::none && would_serve(c)) out.insert(place_of(c));
    }
    return out.size();
  }
  bool may_serve(const Candidate& c) const {
    return would_serve(c) && (c.distrust == Distrust::none || vetted_places() < kEnoughVetted);
  }
  bool may_take_chunk(const Candidate& c) const {
    const auto used = load.contains(c.id) ? load.at(c.id) : ByteCount{};
    return may_serve(c) && used + request.shard_size <= c.free && !std::ranges::count(held, c.id) &&
           !std::ranges::count(failed, c.id);
  }
  std::string place_of(const Candidate& c) const { return rules.distinct_subnets ? c.subnet : c.id.hex(); }
};

Case some_case(Random& random) {
  Case out{some_candidates(random), anywhere(),          {random.below(4) != 0},
           some_ids(random, 4),     some_ids(random, 4), {}};
  out.request.self = node_id(static_cast<std::uint32_t>(random.below(60)));
  for (auto i = random.below(4); i > 0; --i)
    out.request.areas.push_back(*parse_area(kAreas[random.below(std::size(kAreas))]));
  for (const auto& id : some_ids(random, 20)) out.load[id] = ByteCount{random.below(8) << 19};
  return out;
}

void check(const Case& c, Random& random) {
  const Eligible eligible(c.candidates, c.request, c.rules);
  std::set<std::string> servers, takers, vetted_takers, held_places;
  bool holds_newcomer = false;
  for (const auto& candidate : c.candidates) {
    if (std::ranges::count(c.held, candidate.id)) {
      held_places.insert(c.place_of(candidate));
      holds_newcomer = holds_newcomer || !candidate.vetted;
    }
    if (c.may_serve(candidate)) servers.insert(c.place_of(candidate));
  }
  for (const auto& candidate : c.candidates) {
    const auto place = c.place_of(candidate);
    if (!c.may_take_chunk(candidate) || held_places.contains(place)) continue;
    takers.insert(place);
    if (candidate.vetted) vetted_takers.insert(place);
  }
  ASSERT_EQ(eligible.available(), servers.size());

  const ChunkRequest chunk{.copies = random.below(20), .held = c.held, .failed = c.failed};
  const auto picked = eligible.pick(chunk, c.load, random);
  ASSERT_EQ(picked.size(), std::min(chunk.copies, takers.size()));
  std::set<std::string> places;
  std::size_t newcomers = 0;
  for (const auto& id : picked) {
    const auto found = std::ranges::find(c.candidates, id, &Candidate::id);
    ASSERT_NE(found, c.candidates.end());
    ASSERT_TRUE(c.may_take_chunk(*found)) << id.hex();
    ASSERT_TRUE(places.insert(c.place_of(*found)).second) << "two of a subnet";
    ASSERT_FALSE(held_places.contains(c.place_of(*found)));
    if (!found->vetted) ++newcomers;
  }
  const auto wanted = std::max(chunk.copies + chunk.held.size(), kEnoughVetted);
  if (c.vetted_places() >= wanted && vetted_takers.size() >= chunk.copies) {
    ASSERT_LE(newcomers, holds_newcomer ? 0U : 1U);
  }
  std::set<NodeId> explained;
  for (const auto& exclusion : eligible.explain(chunk)) ASSERT_TRUE(explained.insert(exclusion.node).second);
  for (const auto& id : picked) {
    const auto reasons = eligible.explain(chunk);
    const auto told = std::ranges::find(reasons, id, &Exclusion::node);
    ASSERT_TRUE(told == reasons.end() || told->reason == "same_subnet" || told->reason == "trial_full")
        << told->reason;
  }
}

TEST(PlacementProperty, PicksAsManyAsTheRulesAllowAndNoOthers) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    check(some_case(random), random);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace mycostr::placement
