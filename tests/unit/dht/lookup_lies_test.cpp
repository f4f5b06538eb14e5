// Liars who name the true ids at addresses where they are not.
#include "unit/dht/lookup_network.hpp"

namespace mycostr::dht {
namespace {

/// Where nobody is.
UdpAddress dead_address(std::size_t number) {
  return address_of(100'000 + number);
}

class LookupLies : public testing::Test {
 protected:
  LookupNetwork net_{7, 400};
  std::set<NodeId> liars_;
  std::size_t dead_named_ = 0;

  /// The true closest ones, all at addresses where nobody is.
  std::vector<Contact> lie(const NodeId& target) {
    auto named = net_.truly_closest(target, wire::kMaxContactsPerReply);
    for (auto& contact : named) contact.address = dead_address(++dead_named_);
    return named;
  }
  bool is_at(const Contact& contact) const { return std::ranges::count(net_.all, contact) > 0; }
  /// Liars are the first to answer; who is not where it was asked fails last, when all others have spoken.
  void run(Lookup& lookup) {
    std::vector<Contact> silent;
    std::set<std::pair<NodeId, UdpAddress>> asked;
    while (!lookup.is_done()) {
      auto next = lookup.next();
      ASSERT_FALSE(next.empty() && silent.empty());
      std::ranges::partition(next, [&](const Contact& c) { return liars_.contains(c.id); });
      for (const auto& contact : next) {
        EXPECT_TRUE(asked.emplace(contact.id, contact.address).second)
            << "nobody is asked twice at one place";
        if (!is_at(contact)) {
          lookup.slow(contact.id);
          silent.push_back(contact);
        } else if (liars_.contains(contact.id)) {
          lookup.answered(contact.id, lie(lookup.target()));
        } else {
          lookup.answered(contact.id, net_.answer_of(contact.id, lookup.target()));
        }
      }
      if (!next.empty()) continue;
      for (const auto& contact : std::exchange(silent, {})) lookup.failed(contact.id);
    }
  }
  /// How many of the 16 closest are found, over many lookups that each begin at a liar.
  std::size_t hits_with_liars(std::size_t liars, std::size_t paths) {
    std::size_t hits = 0;
    for (int i = 0; i < 50; ++i) {
      const auto target = net_.random.make<NodeId>();
      auto start = net_.start(8);
      liars_.clear();
      for (std::size_t l = 0; l < liars; ++l) liars_.insert(start[l].id);
      Lookup lookup(target, {.paths = paths}, start);
      run(lookup);
      const auto truth = net_.truly_closest(target, 16);
      for (const auto& contact : lookup.closest()) hits += std::ranges::count(truth, contact) > 0;
      EXPECT_EQ(lookup.closest().front(), truth.front());
    }
    return hits;
  }
};

TEST_F(LookupLies, OneLiarHidesNobody) {
  EXPECT_EQ(hits_with_liars(1, 1), 50U * 16);
}

TEST_F(LookupLies, NorDoThreeWhoNameDifferentPlaces) {
  EXPECT_EQ(hits_with_liars(3, 1), 50U * 16);
}

TEST_F(LookupLies, NorDoTheyOnDisjointPaths) {
  EXPECT_GT(hits_with_liars(3, 4), 50U * 15);
}

class LookupAddresses : public testing::Test {
 protected:
  test::SeededRandom random_{4};
  NodeId target_ = random_.make<NodeId>();
  std::vector<Contact> start_ = contacts(5);
  Contact sought_ = {with_common_prefix(target_, 20, random_.make<NodeId>()), address_of(77)};

  std::vector<Contact> contacts(std::size_t count) {
    std::vector<Contact> out;
    for (std::size_t i = 0; i < count; ++i) {
      out.push_back({with_common_prefix(target_, 3, random_.make<NodeId>()), address_of(i)});
    }
    return out;
  }
  Contact sought_at(std::size_t number) { return {sought_.id, dead_address(number)}; }
};

TEST_F(LookupAddresses, WhoFailsIsAskedWhereAnotherNamedIt) {
  Lookup lookup(target_, {}, start_);
  lookup.next();
  lookup.answered(start_[0].id, {sought_at(1)});
  EXPECT_EQ(lookup.next(), std::vector{sought_at(1)});
  lookup.answered(start_[1].id, {sought_});
  EXPECT_TRUE(lookup.next().empty()) << "in one place at a time";
  lookup.failed(sought_.id);
  EXPECT_EQ(lookup.next(), std::vector{sought_});
  lookup.answered(sought_.id, {});
  lookup.answered(start_[2].id, {sought_at(2)});
  EXPECT_TRUE(lookup.next().empty()) << "it has answered";
  EXPECT_EQ(lookup.closest().front(), sought_);
}

TEST_F(LookupAddresses, WhoHasFailedIsAskedWhereItIsNamedLater) {
  Lookup lookup(target_, {}, start_);
  lookup.next();
  lookup.answered(start_[0].id, {sought_at(1)});
  EXPECT_EQ(lookup.next(), std::vector{sought_at(1)});
  lookup.failed(sought_.id);
  lookup.answered(start_[1].id, {sought_at(1)});
  EXPECT_TRUE(lookup.next().empty()) << "it is not there";
  lookup.answered(start_[2].id, {sought_});
  EXPECT_EQ(lookup.next(), std::vector{sought_});
}

TEST_F(LookupAddresses, AnotherPathsWordCountsToo) {
  Lookup lookup(target_, {.paths = 2}, start_);
  lookup.next();
  lookup.answered(start_[0].id, {sought_at(1)});
  lookup.answered(start_[1].id, {sought_});
  EXPECT_EQ(lookup.next(), std::vector{sought_at(1)}) << "the second path has lost it to the first";
  for (const auto& contact : start_) lookup.answered(contact.id, {});
  lookup.slow(sought_.id);
  EXPECT_FALSE(lookup.is_done());
  lookup.failed(sought_.id);
  EXPECT_EQ(lookup.next(), std::vector{sought_});
}

TEST_F(LookupAddresses, AnotherPathsWordCountsAlsoWhereItComesToItLate) {
  Lookup lookup(target_, {.parallel = 1, .paths = 2}, {start_[0], start_[1]});
  lookup.next();
  const Contact closer = {with_common_prefix(target_, 30, random_.make<NodeId>()), address_of(78)};
  lookup.answered(start_[1].id, {closer, sought_});
  EXPECT_EQ(lookup.next(), std::vector{closer});
  lookup.answered(start_[0].id, {sought_at(1)});
  EXPECT_EQ(lookup.next(), std::vector{sought_at(1)});
  lookup.failed(sought_.id);
  EXPECT_TRUE(lookup.next().empty());
  lookup.answered(closer.id, {});
  EXPECT_EQ(lookup.next(), std::vector{sought_}) << "by the first path, at the second one's word";
}

TEST_F(LookupAddresses, AreFewForOneNodeAndOneOfEachAnswer) {
  Lookup lookup(target_, {}, start_);
  lookup.next();
  std::vector<Contact> many;
  for (std::size_t i = 0; i < 10; ++i) many.push_back(sought_at(i));
  lookup.answered(start_[0].id, many);
  EXPECT_EQ(lookup.next(), std::vector{sought_at(0)});
  lookup.failed(sought_.id);
  EXPECT_TRUE(lookup.next().empty());
  std::size_t asked = 1;
  for (std::size_t i = 1; i < 5; ++i) {
    lookup.answered(start_[i].id, {sought_at(10 * i)});
    asked += lookup.next().size();
    lookup.failed(sought_.id);
  }
  EXPECT_EQ(asked, 4U);
  EXPECT_TRUE(lookup.is_done());
  EXPECT_EQ(lookup.closest().size(), 5U);
}

TEST_F(LookupAddresses, EachPathTellsItsOwnClosest) {
  const auto start = contacts(40);
  Lookup lookup(target_, {.paths = 4}, start);
  for (auto next = lookup.next(); !next.empty(); next = lookup.next()) {
    for (const auto& contact : next) lookup.answered(contact.id, {});
  }
  const auto found = lookup.closest_of_each_path(3);
  ASSERT_EQ(found.size(), 12U);
  for (std::size_t path = 0; path < 4; ++path) {
    std::vector<Contact> own;
    for (std::size_t i = path; i < start.size(); i += 4) own.push_back(start[i]);
    std::ranges::sort(own, CloserTo{target_}, &Contact::id);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(found[path * 3 + i], own[i]);
  }
  EXPECT_EQ(lookup.closest_of_each_path(100).size(), 40U);
}

}  // namespace
}  // namespace mycostr::dht
