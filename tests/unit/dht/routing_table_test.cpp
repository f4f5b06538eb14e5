#include "dht/routing_table.hpp"

#include "dht/distance.hpp"
#include "unit/dht/parts.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

class RoutingTableTest : public testing::Test {
 protected:
  test::SeededRandom random_{7};
  NodeId self_ = random_.make<NodeId>();
  RoutingTable table_{self_, {}};
  SteadyTime now_{1h};
  std::size_t numbers_ = 0;

  /// Of one bucket, in a subnet of its own unless an address is given.
  Contact contact_in(std::size_t bucket, std::optional<UdpAddress> address = std::nullopt) {
    return {with_common_prefix(self_, bucket, random_.make<NodeId>()),
            address.value_or(address_of(++numbers_))};
  }
  Contact enter(std::size_t bucket, std::optional<UdpAddress> address = std::nullopt) {
    const auto contact = contact_in(bucket, address);
    table_.answered(contact, 20ms, now_);
    return contact;
  }
  bool holds(const Contact& contact) const { return table_.find(contact.id) != nullptr; }
  std::optional<Contact> evict(const Contact& contact) {
    EXPECT_FALSE(table_.failed(contact.id));
    EXPECT_FALSE(table_.failed(contact.id));
    return table_.failed(contact.id);
  }
};

TEST_F(RoutingTableTest, NeverHoldsItself) {
  table_.answered({self_, address_of(1)}, 1ms, now_);
  EXPECT_EQ(table_.size(), 0U);
  EXPECT_FALSE(table_.has_room_for({self_, address_of(1)}));
}

TEST_F(RoutingTableTest, IsNotFilledByAskingOrFailing) {
  const auto contact = contact_in(3);
  table_.asked(contact.id, now_);
  EXPECT_FALSE(table_.failed(contact.id));
  EXPECT_EQ(table_.size(), 0U);
  EXPECT_TRUE(table_.closest(contact.id, 8).empty());
}

TEST_F(RoutingTableTest, FirstFourBucketsAreWide) {
  for (std::size_t bucket = 0; bucket < 8; ++bucket) {
    for (int i = 0; i < 70; ++i) enter(bucket);
    EXPECT_EQ(table_.bucket(bucket).size(), bucket < 4 ? 64U : 16U) << bucket;
  }
  EXPECT_EQ(table_.size(), 4 * 64U + 4 * 16U);
  EXPECT_FALSE(table_.has_room_for(contact_in(0)));
  EXPECT_TRUE(table_.has_room_for(contact_in(8)));
}

TEST_F(RoutingTableTest, HoldsTheDeepestBucket) {
  const auto twin = enter(255);
  EXPECT_TRUE(holds(twin));
  EXPECT_EQ(table_.closest(self_, 1).at(0), twin);
}

TEST_F(RoutingTableTest, NewcomersDoNotDisplaceWhoAnswers) {
  std::vector<Contact> first;
  for (int i = 0; i < 16; ++i) first.push_back(enter(5));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(holds(enter(5)));
  for (const auto& contact : first) EXPECT_TRUE(holds(contact));
}

TEST_F(RoutingTableTest, GoesAfterThreeFailuresInARow) {
  const auto contact = enter(5);
  table_.failed(contact.id);
  table_.failed(contact.id);
  table_.answered(contact, 20ms, now_);
  table_.failed(contact.id);
  table_.failed(contact.id);
  EXPECT_TRUE(holds(contact)) << "an answer in between starts the count anew";
  table_.failed(contact.id);
  EXPECT_FALSE(holds(contact));
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(RoutingTableTest, ReplacementsAreBoundedAndTheNewestComesFirst) {
  std::vector<Contact> entries;
  for (int i = 0; i < 16; ++i) entries.push_back(enter(5));
  std::vector<Contact> waiting;
  for (int i = 0; i < 40; ++i) waiting.push_back(enter(5));
  enter(5, waiting[30].address);             // another id: waits as the newest
  table_.answered(waiting[26], 20ms, now_);  // heard of again: the newest now
  EXPECT_EQ(evict(entries[0])->id, waiting[26].id);
  EXPECT_EQ(evict(entries[1])->address, waiting[30].address);
  for (std::size_t i = 0; i < 14; ++i) {
    const auto next = evict(entries[2 + i]);
    ASSERT_TRUE(next) << i;
    EXPECT_EQ(next->id, waiting[39 - i - (39 - i <= 26 ? 1 : 0)].id) << i;
  }
  EXPECT_EQ(table_.size(), 0U) << "who replaces has to answer first";
  const auto last = enter(5);
  EXPECT_FALSE(evict(last)) << "sixteen waited, no more";
}

TEST_F(RoutingTableTest, WhoEntersWaitsNoMore) {
  std::vector<Contact> entries;
  for (int i = 0; i < 16; ++i) entries.push_back(enter(5));
  const auto waiting = enter(5);
  EXPECT_EQ(evict(entries[0]), waiting);
  table_.answered(waiting, 20ms, now_);
  EXPECT_TRUE(holds(waiting));
  EXPECT_FALSE(evict(entries[1]));
}

TEST_F(RoutingTableTest, TakesTwoOfASubnetPerBucketAndFourInAll) {
  const auto at = [](std::uint8_t last) { return address_of(9, last); };
  EXPECT_TRUE(holds(enter(5, at(1))) && holds(enter(5, at(2))));
  EXPECT_FALSE(table_.has_room_for(contact_in(5, at(3))));
  EXPECT_FALSE(holds(enter(5, at(3))));
  EXPECT_TRUE(holds(enter(6, at(4))) && holds(enter(7, at(5))));
  EXPECT_FALSE(holds(enter(8, at(6))));
  EXPECT_FALSE(table_.has_room_for(contact_in(8, at(6)))) << "a bucket that exists";
  EXPECT_FALSE(table_.has_room_for(contact_in(99, at(6)))) << "a bucket that does not yet";
  EXPECT_TRUE(table_.has_room_for(contact_in(99)));
}

TEST_F(RoutingTableTest, SubnetsOfIpv6AreTheirFirst48Bits) {
  const auto at = [](std::string_view ip) { return UdpAddress{*parse_ip(ip), 4081}; };
  enter(5, at("2a00:1:1:1::1"));
  enter(5, at("2a00:1:1:2::1"));
  EXPECT_FALSE(holds(enter(5, at("2a00:1:1:ffff::1"))));
  EXPECT_TRUE(holds(enter(5, at("2a00:1:2::1"))));
}

TEST_F(RoutingTableTest, SubnetsCountWhereNodesAreNow) {
  const auto a = enter(5, address_of(9, 1));
  const auto b = enter(5, address_of(9, 2));
  evict(a);
  const auto c = enter(5, address_of(9, 3));
  EXPECT_TRUE(holds(c)) << "who was evicted counts no more";
  table_.answered({b.id, address_of(10)}, 20ms, now_);
  EXPECT_EQ(table_.find(b.id)->contact.address, address_of(10));
  EXPECT_TRUE(holds(enter(5, address_of(9, 4)))) << "who moved away counts no more";
  EXPECT_TRUE(holds(enter(5, address_of(10, 2))));
  EXPECT_FALSE(holds(enter(5, address_of(10, 3)))) << "and counts where it went";
  EXPECT_EQ(table_.size(), 4U);
}

TEST_F(RoutingTableTest, WhoMovesToAFullSubnetWaitsAsAReplacement) {
  const auto a = enter(5, address_of(9, 1));
  enter(5, address_of(9, 2));
  const auto mover = enter(5);
  const Contact moved{mover.id, address_of(9, 3)};
  table_.answered(moved, 20ms, now_);
  EXPECT_FALSE(holds(mover));
  EXPECT_EQ(table_.size(), 2U);
  table_.answered({a.id, address_of(9, 4)}, 20ms, now_);
  EXPECT_TRUE(holds(a)) << "within its subnet it may move";
  EXPECT_EQ(evict(a), moved);
  table_.answered(moved, 20ms, now_);
  EXPECT_EQ(table_.find(mover.id)->contact.address, moved.address);
}

TEST_F(RoutingTableTest, SubnetsAreFreeInDevelopmentNetworks) {
  RoutingTable table(self_, {.distinct_subnets = false});
  for (std::uint16_t i = 0; i < 10; ++i) table.answered(contact_in(5, UdpAddress{{}, i}), 1ms, now_);
  EXPECT_EQ(table.size(), 10U);
}

TEST_F(RoutingTableTest, SubnetCountsMatchTheEntriesAfterAnyHistory) {
  const auto subnets = std::size_t{12};
  std::vector<Contact> known;
  for (int step = 0; step < 20'000; ++step) {
    const auto address = address_of(random_.below(subnets), static_cast<std::uint8_t>(random_.below(256)));
    if (known.empty() || random_.chance(1, 2)) {
      known.push_back(contact_in(random_.below(10), address));
    } else if (random_.chance(1, 50)) {
      known[random_.below(known.size())].address = address;  // moves
    }
    const auto& contact = known[random_.below(known.size())];
    if (random_.chance(1, 2)) {
      table_.failed(contact.id);
    } else {
      table_.answered(contact, 20ms, now_);
    }
  }
  std::map<Subnet, std::size_t> count;
  std::size_t size = 0;
  for (std::size_t i = 0; i < table_.bucket_count(); ++i) {
    size += table_.bucket(i).size();
    for (const auto& entry : table_.bucket(i)) {
      EXPECT_EQ(common_prefix(self_, entry.contact.id), i);
      ++count[subnet_of(entry.contact.address.ip)];
    }
  }
  EXPECT_EQ(table_.size(), size);
  // A subnet has room in a bucket of its own where fewer than four are counted.
  for (std::size_t i = 0; i < subnets; ++i) {
    const auto address = address_of(i);
    EXPECT_EQ(table_.has_room_for(contact_in(20, address)), count[subnet_of(address.ip)] < 4) << i;
  }
}

TEST_F(RoutingTableTest, ClosestEqualsASortOfAllThatAnswer) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    test::SeededRandom random(seed);
    const auto self = random.make<NodeId>();
    RoutingTable table(self, {});
    const auto nodes = 1 + random.below(300);
    for (std::size_t i = 0; i < nodes; ++i) {
      const auto near = with_common_prefix(self, random.below(20), random.make<NodeId>());
      table.answered({random.chance(1, 2) ? near : random.make<NodeId>(), address_of(i)}, 1ms, now_);
    }
    std::vector<NodeId> all;
    for (std::size_t i = 0; i < table.bucket_count(); ++i) {
      for (const auto& entry : std::vector(table.bucket(i))) {
        if (random.chance(1, 5)) table.failed(entry.contact.id);
        if (table.find(entry.contact.id)->failures == 0) all.push_back(entry.contact.id);
      }
    }
    for (const auto& target :
         {self, random.make<NodeId>(), with_common_prefix(self, random.below(256), self)}) {
      std::ranges::sort(all, CloserTo{target});
      for (const auto count : {std::size_t{0}, std::size_t{1}, std::size_t{16}, std::size_t{1000}}) {
        const auto found = table.closest(target, count);
        ASSERT_EQ(found.size(), std::min(count, all.size())) << seed;
        for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i].id, all[i]) << seed << " " << i;
      }
    }
  }
}

TEST_F(RoutingTableTest, RttIsSmoothedAndKeptWhereThereIsNoNewOne) {
  const auto contact = enter(5);
  EXPECT_EQ(table_.find(contact.id)->rtt_us, 20'000U);
  table_.answered(contact, std::nullopt, now_);
  EXPECT_EQ(table_.find(contact.id)->rtt_us, 20'000U);
  table_.answered(contact, 100ms, now_);
  EXPECT_EQ(table_.find(contact.id)->rtt_us, 30'000U);
  table_.answered(contact, 24h, now_);
  EXPECT_LT(table_.find(contact.id)->rtt_us, 60'000'000U);
}

TEST_F(RoutingTableTest, StalestIsWhoWasSilentForLongestAndNotAsked) {
  EXPECT_EQ(table_.stalest(now_), nullptr);
  const auto first = enter(5);
  now_ += 1min;
  const auto second = enter(0);
  now_ += 1min;
  EXPECT_EQ(table_.stalest(now_)->contact, first);
  EXPECT_EQ(table_.stalest(now_ - 2min), nullptr) << "not before the time";
  table_.asked(first.id, now_);
  EXPECT_EQ(table_.stalest(now_)->contact, second);
  table_.answered(second, std::nullopt, now_);
  EXPECT_EQ(table_.stalest(now_), nullptr);
}

TEST_F(RoutingTableTest, OldestAreThoseOfLongStandingThatAnswer) {
  std::vector<Contact> in_order;
  for (std::size_t i = 0; i < 5; ++i) {
    in_order.push_back(enter(9 - i));
    now_ += 1s;
  }
  table_.answered(in_order[0], 1ms, now_);  // answering again makes nobody younger
  table_.failed(in_order[1].id);
  const auto oldest = table_.oldest(3);
  EXPECT_EQ(oldest, (std::vector{in_order[0], in_order[2], in_order[3]}));
}

}  // namespace
}  // namespace mycostr::dht
