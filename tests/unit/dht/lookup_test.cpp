#include "dht/lookup.hpp"

#include "unit/dht/lookup_network.hpp"

namespace mycostr::dht {
namespace {

/// Runs a lookup to its end, answers in random order; holds what must hold all the time. How many it asked.
std::size_t run(LookupNetwork& net, Lookup& lookup, std::uint64_t slow_percent, std::size_t paths = 1) {
  std::set<NodeId> asked;
  std::vector<Contact> waiting;
  std::vector<Contact> late;
  for (;;) {
    for (const auto& contact : lookup.next()) {
      EXPECT_TRUE(asked.insert(contact.id).second) << "nobody is asked twice";
      waiting.push_back(contact);
    }
    EXPECT_LE(waiting.size(), kBucketSize * paths);
    if (lookup.is_done() || (waiting.empty() && late.empty())) break;
    auto& from = waiting.empty() || (!late.empty() && net.random.chance(1, 5)) ? late : waiting;
    const auto at = from.begin() + static_cast<std::ptrdiff_t>(net.random.below(from.size()));
    const auto contact = *at;
    from.erase(at);
    if (&from == &waiting && net.random.chance(slow_percent, 100)) {
      lookup.slow(contact.id);
      late.push_back(contact);
    } else if (net.dead.contains(contact.id)) {
      lookup.failed(contact.id);
    } else {
      lookup.answered(contact.id, net.answer_of(contact.id, lookup.target()));
    }
  }
  EXPECT_TRUE(lookup.is_done());
  return asked.size();
}

TEST(Lookup, FindsTheClosestOfANetwork) {
  LookupNetwork net(1, 400);
  for (int i = 0; i < 100; ++i) {
    for (const std::size_t paths : {1, 4}) {
      const auto target = net.random.make<NodeId>();
      Lookup lookup(target, {.paths = paths}, net.start(4 * paths));
      EXPECT_LT(run(net, lookup, 0, paths), 60 * paths);
      const auto found = lookup.closest();
      EXPECT_EQ(found.front(), net.truly_closest(target, 1).front());
      if (paths == 1) EXPECT_TRUE(ids_of(found) == ids_of(net.truly_closest(target, 16)));
      EXPECT_EQ(found.size(), 16U);
    }
  }
}

TEST(Lookup, FindsTheClosestThatLive) {
  LookupNetwork net(2, 400);
  for (const auto& contact : net.all) {
    if (net.random.chance(1, 5)) net.dead.insert(contact.id);
  }
  std::size_t hits = 0;
  for (int i = 0; i < 100; ++i) {
    const auto target = net.random.make<NodeId>();
    Lookup lookup(target, {}, net.start(20));
    run(net, lookup, 0);
    const auto truth = ids_of(net.truly_closest(target, 16));
    for (const auto& contact : lookup.closest()) {
      EXPECT_FALSE(net.dead.contains(contact.id));
      hits += static_cast<std::size_t>(std::ranges::count(truth, contact.id));
    }
  }
  EXPECT_GT(hits, 1550U) << "a fifth is dead, and no table knows";
}

TEST(Lookup, PassesOverSlowOnesAndStillFindsNearlyAll) {
  LookupNetwork net(6, 400);
  std::size_t hits = 0;
  for (int i = 0; i < 100; ++i) {
    const auto target = net.random.make<NodeId>();
    Lookup lookup(target, {}, net.start(20));
    run(net, lookup, 10);
    const auto truth = ids_of(net.truly_closest(target, 16));
    EXPECT_EQ(lookup.closest().front().id, truth.front()) << "the closest is waited for";
    for (const auto& contact : lookup.closest()) {
      hits += static_cast<std::size_t>(std::ranges::count(truth, contact.id));
    }
  }
  EXPECT_GT(hits, 1450U);
}

TEST(Lookup, EndsAtOnceWithNobodyToAsk) {
  Lookup lookup({}, {.paths = 4}, {});
  EXPECT_TRUE(lookup.next().empty());
  EXPECT_TRUE(lookup.is_done());
  EXPECT_TRUE(lookup.closest().empty());
}

TEST(Lookup, EndsWhenAllAreDead) {
  LookupNetwork net(3, 50);
  for (const auto& contact : net.all) net.dead.insert(contact.id);
  Lookup lookup({}, {.paths = 4}, net.start(20));
  run(net, lookup, 10, 4);
  EXPECT_TRUE(lookup.closest().empty());
}

class LookupRules : public testing::Test {
 protected:
  test::SeededRandom random_{4};
  NodeId target_ = random_.make<NodeId>();
  std::size_t numbers_ = 0;

  Contact at_prefix(std::size_t bits) {
    return {with_common_prefix(target_, bits, random_.make<NodeId>()), address_of(++numbers_)};
  }
  std::vector<Contact> at_prefix(std::size_t bits, std::size_t count) {
    std::vector<Contact> out;
    while (out.size() < count) out.push_back(at_prefix(bits));
    return out;
  }
};

TEST_F(LookupRules, AsksTheClosestFirstAndNoMoreThanAlphaOnTheWay) {
  auto start = at_prefix(3, 40);
  Lookup lookup(target_, {}, start);
  std::ranges::sort(start, CloserTo{target_}, &Contact::id);
  start.resize(5);
  EXPECT_EQ(lookup.next(), start);
  EXPECT_TRUE(lookup.next().empty());
  lookup.answered(start[1].id, {});
  EXPECT_EQ(lookup.next().size(), 1U) << "a closer one has not answered yet";
}

TEST_F(LookupRules, AsksAllThatAreLeftOnceTheClosestHasAnswered) {
  auto start = at_prefix(3, 40);
  Lookup lookup(target_, {}, start);
  std::ranges::sort(start, CloserTo{target_}, &Contact::id);
  EXPECT_EQ(lookup.next().size(), 5U);
  lookup.answered(start[0].id, {});
  EXPECT_EQ(lookup.next(), std::vector(start.begin() + 5, start.begin() + kBucketSize))
      << "of the 16 closest, and no others";
  const auto closer = at_prefix(20);
  lookup.answered(start[1].id, {closer});
  EXPECT_EQ(lookup.next(), std::vector{closer});
  lookup.answered(start[2].id, {});
  EXPECT_TRUE(lookup.next().empty()) << "the closest is awaited again";
}

TEST_F(LookupRules, ASlowOneIsPassedOverButStillHeard) {
  const auto start = at_prefix(3, 6);
  Lookup lookup(target_, {.wanted = 5}, start);
  const auto asked = lookup.next();
  lookup.slow(asked[0].id);
  EXPECT_EQ(lookup.next().size(), 1U) << "another takes its place";
  for (std::size_t i = 1; i < 5; ++i) lookup.answered(asked[i].id, {});
  EXPECT_FALSE(lookup.is_done());
  const auto closer = at_prefix(20);
  lookup.answered(asked[0].id, {closer});
  EXPECT_EQ(lookup.next(), std::vector{closer});
  lookup.answered(closer.id, {});
  EXPECT_TRUE(lookup.is_done()) << "five have answered, the sixth is farther";
  EXPECT_EQ(lookup.closest().front(), closer);
  EXPECT_EQ(lookup.closest().size(), 5U);
}

TEST_F(LookupRules, WaitsForSlowOnesWhereTooFewAnswered) {
  const auto start = at_prefix(3, 2);
  Lookup lookup(target_, {}, start);
  for (const auto& contact : lookup.next()) lookup.slow(contact.id);
  EXPECT_FALSE(lookup.is_done());
  lookup.answered(start[0].id, {});
  EXPECT_FALSE(lookup.is_done());
  lookup.failed(start[1].id);
  EXPECT_TRUE(lookup.is_done());
  EXPECT_EQ(lookup.closest(), std::vector{start[0]});
}

TEST_F(LookupRules, AnswersOfThoseNeverAskedCountForNothing) {
  const auto start = at_prefix(3, 10);
  Lookup lookup(target_, {}, start);
  const auto asked = lookup.next();
  const auto stranger = at_prefix(50);
  lookup.answered(stranger.id, {at_prefix(60)});
  lookup.failed(stranger.id);
  lookup.slow(stranger.id);
  EXPECT_TRUE(lookup.next().empty());
  EXPECT_TRUE(lookup.closest().empty());
  EXPECT_EQ(asked.size(), 5U);
}

TEST_F(LookupRules, OneOfASubnetPerPathAtATime) {
  const auto first = at_prefix(3);
  const auto neighbour = Contact{at_prefix(9).id, {first.address.ip, 9}};
  Lookup lookup(target_, {}, {first, neighbour});
  EXPECT_EQ(lookup.next(), std::vector{first});
  lookup.failed(first.id);
  const auto other = at_prefix(2);
  Lookup again(target_, {}, {first, other});
  again.next();
  again.failed(first.id);
  again.answered(other.id, {neighbour});
  EXPECT_EQ(again.next(), std::vector{neighbour}) << "the dead hold no place";
  Lookup development(target_, {.distinct_subnets = false}, {first, neighbour});
  EXPECT_EQ(development.next().size(), 2U);
}

TEST_F(LookupRules, PathsShareNobody) {
  const auto start = at_prefix(3, 4);
  Lookup lookup(target_, {.paths = 2}, start);
  EXPECT_EQ(lookup.next().size(), 4U);
  const auto shared = at_prefix(9);
  for (const auto& contact : start) lookup.answered(contact.id, {shared});
  EXPECT_EQ(lookup.next(), std::vector{shared});
  lookup.answered(shared.id, start);
  EXPECT_TRUE(lookup.next().empty());
  EXPECT_TRUE(lookup.is_done());
  EXPECT_EQ(lookup.closest().size(), 5U);
}

TEST_F(LookupRules, NamesMadeUpDoNotPushOutWhoHasAnswered) {
  const auto honest = at_prefix(3, 5);
  Lookup lookup(target_, {}, honest);
  lookup.next();
  for (std::size_t i = 0; i < 5; ++i) lookup.answered(honest[i].id, at_prefix(40 + i, 20));
  std::size_t asked = 0;
  for (auto next = lookup.next(); !next.empty(); next = lookup.next()) {
    asked += next.size();
    for (const auto& contact : next) lookup.failed(contact.id);
  }
  EXPECT_LE(asked, 64U) << "what is kept is bounded";
  EXPECT_TRUE(lookup.is_done());
  EXPECT_EQ(lookup.closest().size(), 5U);
}

TEST_F(LookupRules, LiarsWhoNameEverCloserOnesLeadNobodyOnForEver) {
  Lookup lookup(target_, {}, at_prefix(1, 3));
  std::size_t asked = 0;
  while (!lookup.is_done() && asked < 10'000) {
    for (const auto& contact : lookup.next()) {
      ++asked;
      const auto bits = std::min<std::size_t>(common_prefix(target_, contact.id) + 1, 250);
      lookup.answered(contact.id, at_prefix(bits, 20));
    }
  }
  EXPECT_TRUE(lookup.is_done());
  EXPECT_LE(asked, 256U);
  EXPECT_EQ(lookup.closest().size(), 16U);
}

TEST(Lookup, DisjointPathsFindTheTruthBesideLiars) {
  // Who lies names only its friends, closer than everybody; those name one another.
  LookupNetwork net(5, 400);
  std::set<NodeId> liars;
  for (int i = 0; i < 20; ++i) liars.insert(net.all[net.random.below(400)].id);
  std::size_t found = 0;
  for (int i = 0; i < 100; ++i) {
    const auto target = net.random.make<NodeId>();
    std::vector<Contact> friends;
    for (std::size_t f = 0; f < 8; ++f) {
      friends.push_back(
          {with_common_prefix(target, 15 + f, net.random.make<NodeId>()), address_of(5000 + f)});
    }
    const auto names = ids_of(friends);
    Lookup lookup(target, {.paths = 4}, net.start(16));
    while (!lookup.is_done()) {
      for (const auto& contact : lookup.next()) {
        const bool lies = liars.contains(contact.id) || std::ranges::count(names, contact.id) > 0;
        lookup.answered(contact.id, lies ? friends : net.answer_of(contact.id, target));
      }
    }
    const auto all = ids_of(lookup.closest());
    found += std::ranges::count(all, net.truly_closest(target, 1).front().id) > 0;
  }
  EXPECT_GT(found, 95U);
}

TEST(Lookup, NamesThatSomebodyMadeUpKeepNobodyOut) {
  test::SeededRandom random(4);
  const auto target = random.make<NodeId>();
  const auto first = random_contact(random, 1);
  auto fake = random_contact(random, 2);
  fake.id = target;
  fake.id.bytes.back() ^= 1;
  const Contact in_its_subnet{random.make<NodeId>(), address_of(2, 9)};
  Lookup lookup(target, {}, {first});
  ASSERT_EQ(lookup.next(), std::vector{first});
  lookup.answered(first.id, {fake, in_its_subnet});
  ASSERT_EQ(lookup.next(), std::vector{fake});
  lookup.slow(fake.id);
  EXPECT_FALSE(lookup.is_done());
  lookup.failed(fake.id);
  ASSERT_EQ(lookup.next(), std::vector{in_its_subnet});
  lookup.answered(in_its_subnet.id, {});
  EXPECT_TRUE(lookup.is_done());
  EXPECT_EQ(lookup.closest().size(), 2U);
}

}  // namespace
}  // namespace mycostr::dht
