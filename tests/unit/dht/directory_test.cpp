#include "dht/directory.hpp"

#include "unit/dht/records.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

constexpr auto kStart = SteadyTime(1h);

class DirectoryTest : public testing::Test {
 protected:
  crypto::Identity self_ = identity_of(1);
  crypto::Identity node_ = identity_of(2);
  Directory directory_{self_.id(), kNetwork};

  Result<Learned> learn(const wire::NodeRecord& record) {
    return directory_.learn(encode_record(record, node_), kNow);
  }
  Errc refusal(const wire::NodeRecord& record) {
    const auto version = directory_.version();
    const auto learned = learn(record);
    EXPECT_EQ(directory_.version(), version);
    return learned ? Errc::internal : learned.error().code;
  }
  Bytes add(std::uint64_t seed, std::uint64_t seq = 1) {
    const auto identity = identity_of(seed);
    auto encoded = encode_record(record_of(identity, seq), identity);
    EXPECT_EQ(directory_.learn(encoded, kNow).value(), Learned::newer);
    return encoded;
  }
  /// Another one that lives there. Restored records cost no signature: that makes ten thousand of them quick.
  NodeId answering(const IpAddress& ip, SteadyTime answered) {
    auto record = record_of(node_);
    record.public_key = random_.make<PublicKey>();
    EXPECT_TRUE(directory_.restore(encode_record(record, node_), kNow));
    directory_.reached_at(record.id(), {ip, 4081});
    directory_.answered(record.id(), 1ms, answered, kNow);
    return record.id();
  }

  test::SeededRandom random_{12};
};

TEST_F(DirectoryTest, LearnsARecordOnce) {
  const auto record = record_of(node_);
  EXPECT_EQ(learn(record).value(), Learned::newer);
  EXPECT_EQ(learn(record).value(), Learned::known);
  EXPECT_EQ(directory_.version(), 1U);
  const auto* known = directory_.find(node_.id());
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->record, record);
  EXPECT_EQ(known->encoded, encode_record(record, node_));
  EXPECT_EQ(directory_.address_of(node_.id())->endpoints, record.endpoints);
}

TEST_F(DirectoryTest, KeepsTheNewest) {
  EXPECT_TRUE(learn(record_of(node_, 5)));
  EXPECT_EQ(refusal(record_of(node_, 4)), Errc::conflict);
  auto same_seq = record_of(node_, 5);
  same_seq.location = "DE";
  EXPECT_EQ(refusal(same_seq), Errc::conflict);
  EXPECT_EQ(learn(record_of(node_, 6)).value(), Learned::newer);
  EXPECT_EQ(directory_.find(node_.id())->record.seq, 6U);
  EXPECT_EQ(directory_.nodes().size(), 1U);
}

TEST_F(DirectoryTest, RefusesExpiredRecords) {
  auto record = record_of(node_);
  record.expires = kNow;
  EXPECT_EQ(refusal(record), Errc::conflict);
  record.expires = kNow + 1ms;
  EXPECT_TRUE(learn(record));
}

TEST_F(DirectoryTest, RefusesRecordsFromTheFuture) {
  auto record = record_of(node_);
  record.expires = kNow + 24h + 10min + 1ms;
  EXPECT_EQ(refusal(record), Errc::conflict);
  record.expires = kNow + 24h + 10min;
  record.seq = static_cast<std::uint64_t>(to_unix_ms(kNow + 10min)) + 1;
  EXPECT_EQ(refusal(record), Errc::conflict);
  record.seq = UINT64_MAX;  // would never be followed by a newer one
  EXPECT_EQ(refusal(record), Errc::conflict);
  record.seq = static_cast<std::uint64_t>(to_unix_ms(kNow + 10min));
  EXPECT_TRUE(learn(record));
}

TEST_F(DirectoryTest, RefusesOtherNetworks) {
  auto record = record_of(node_);
  record.network_id = "mainnet";
  EXPECT_EQ(refusal(record), Errc::conflict);
}

TEST_F(DirectoryTest, RefusesForgedAndMalformedRecords) {
  const auto forged = encode_record(record_of(node_), identity_of(3));
  EXPECT_EQ(directory_.learn(forged, kNow).error().code, Errc::invalid);
  EXPECT_EQ(directory_.learn(Bytes(10), kNow).error().code, Errc::invalid);
  EXPECT_TRUE(directory_.nodes().empty());
  EXPECT_TRUE(learn(record_of(node_, 1)));
  auto newer = encode_record(record_of(node_, 2), node_);
  newer.back() ^= 1;  // the signature's last byte
  EXPECT_EQ(directory_.learn(newer, kNow).error().code, Errc::invalid);
  EXPECT_EQ(directory_.find(node_.id())->record.seq, 1U);
}

TEST_F(DirectoryTest, NeverHoldsItsOwnRecord) {
  EXPECT_EQ(directory_.learn(encode_record(record_of(self_), self_), kNow).value(), Learned::known);
  EXPECT_FALSE(directory_.restore(encode_record(record_of(self_), self_), kNow));
  EXPECT_TRUE(directory_.nodes().empty());
}

TEST_F(DirectoryTest, GrowsItsVersionWithEveryChange) {
  const auto empty = directory_.version();
  add(10);
  const auto first = directory_.version();
  EXPECT_GT(first, empty);
  add(10, 2);
  EXPECT_GT(directory_.version(), first);
  EXPECT_EQ(directory_.nodes().begin()->second.version, directory_.version());
}

TEST_F(DirectoryTest, KeepsWhenANodeWasFirstSeenAndWhereItWasReached) {
  add(10);
  const auto id = directory_.nodes().begin()->first;
  const UdpAddress address{IpAddress::v4(20, 0, 0, 1), 4081};
  directory_.reached_at(id, address);
  add(10, 2);
  EXPECT_EQ(directory_.find(id)->first_seen, kNow);
  EXPECT_EQ(directory_.find(id)->address, address);
}

TEST_F(DirectoryTest, MeasuresNoRttWhereNoneWasGiven) {
  add(10);
  const auto id = directory_.nodes().begin()->first;
  directory_.answered(id, std::nullopt, kStart, kNow);
  EXPECT_FALSE(directory_.find(id)->rtt);
  EXPECT_TRUE(directory_.is_live(id));
}

TEST_F(DirectoryTest, ForgetsExpiredRecords) {
  auto record = record_of(node_);
  record.expires = kNow + 1h;
  ASSERT_TRUE(learn(record));
  add(10);
  directory_.drop_expired(kNow + 1h - 1ms);
  EXPECT_EQ(directory_.nodes().size(), 2U);
  directory_.drop_expired(kNow + 1h);
  EXPECT_EQ(directory_.find(node_.id()), nullptr);
  EXPECT_EQ(directory_.nodes().size(), 1U);
  EXPECT_FALSE(directory_.address_of(node_.id()));
}

TEST_F(DirectoryTest, RestoresWhatIsStillOfUse) {
  const auto encoded = encode_record(record_of(node_), node_);
  EXPECT_TRUE(directory_.restore(encoded, kNow));
  EXPECT_NE(directory_.find(node_.id()), nullptr);
  Directory later(self_.id(), kNetwork);
  EXPECT_FALSE(later.restore(encoded, kNow + 12h)) << "expired";
  Directory elsewhere(self_.id(), "mainnet");
  EXPECT_FALSE(elsewhere.restore(encoded, kNow)) << "of another network";
  EXPECT_FALSE(directory_.restore(Bytes(10), kNow)) << "damaged";
}

TEST_F(DirectoryTest, LivesUntilACallFailsAndAgainOnceItAnswers) {
  EXPECT_FALSE(directory_.is_live(node_.id())) << "unknown";
  ASSERT_TRUE(learn(record_of(node_)));
  EXPECT_TRUE(directory_.is_live(node_.id())) << "not yet called";
  directory_.failed(node_.id(), kStart);
  EXPECT_FALSE(directory_.is_live(node_.id()));
  directory_.answered(node_.id(), 10ms, kStart + 1s, kNow + 1s);
  EXPECT_TRUE(directory_.is_live(node_.id()));
  EXPECT_EQ(directory_.find(node_.id())->last_seen, kNow + 1s);
}

TEST_F(DirectoryTest, AMovedNodeIsTriedAgain) {
  ASSERT_TRUE(learn(record_of(node_, 1)));
  directory_.failed(node_.id(), kStart);
  ASSERT_TRUE(learn(record_of(node_, 2)));
  EXPECT_FALSE(directory_.is_live(node_.id())) << "the same endpoints";
  auto moved = record_of(node_, 3);
  moved.endpoints = {{"127.0.0.1", 4082}};
  ASSERT_TRUE(learn(moved));
  EXPECT_TRUE(directory_.is_live(node_.id()));
}

TEST_F(DirectoryTest, FirstFailureBringsTheNextProbeForward) {
  ASSERT_TRUE(learn(record_of(node_)));
  directory_.probe_later(node_.id(), kStart + 10s);
  directory_.failed(node_.id(), kStart);
  EXPECT_EQ(directory_.find(node_.id())->next_probe, kStart + 2s);
  directory_.probe_later(node_.id(), kStart + 10s);
  directory_.failed(node_.id(), kStart);
  EXPECT_EQ(directory_.find(node_.id())->next_probe, kStart + 10s) << "further ones keep the pace";
}

TEST_F(DirectoryTest, SmoothsTheRoundTripTime) {
  ASSERT_TRUE(learn(record_of(node_)));
  const auto rtt_after = [&](Duration rtt) {
    directory_.answered(node_.id(), rtt, kStart, kNow);
    return *directory_.find(node_.id())->rtt;
  };
  EXPECT_EQ(rtt_after(80ms), 80ms);
  EXPECT_EQ(rtt_after(160ms), 90ms);
  EXPECT_EQ(rtt_after(10ms), 80ms);
}

TEST_F(DirectoryTest, CallsOfUnknownNodesChangeNothing) {
  directory_.answered(node_.id(), 1ms, kStart, kNow);
  directory_.failed(node_.id(), kStart);
  directory_.probe_later(node_.id(), kStart);
  EXPECT_TRUE(directory_.nodes().empty());
}

TEST_F(DirectoryTest, KeepsNodesThatAnswerWhenItIsFull) {
  ASSERT_TRUE(learn(record_of(node_)));
  directory_.answered(node_.id(), 1ms, kStart, kNow);
  // Restored records cost no signature: that makes ten thousand of them quick.
  test::SeededRandom random(11);
  const auto flood = [&] {
    auto record = record_of(node_);
    record.public_key = random.make<PublicKey>();
    EXPECT_TRUE(directory_.restore(encode_record(record, node_), kNow));
    return record.id();
  };
  std::vector<NodeId> flooded;
  while (directory_.nodes().size() < kMaxKnownNodes) flooded.push_back(flood());
  const auto last = flood();
  const auto dropped = kMaxKnownNodes / 100;
  EXPECT_EQ(directory_.nodes().size(), kMaxKnownNodes - dropped + 1);
  EXPECT_EQ(directory_.find(flooded[dropped - 1]), nullptr) << "the oldest that never answered go";
  EXPECT_NE(directory_.find(flooded[dropped]), nullptr);
  EXPECT_NE(directory_.find(last), nullptr);
  EXPECT_NE(directory_.find(node_.id()), nullptr);
}

TEST_F(DirectoryTest, OneSubnetCannotPushOutTheOthers) {
  std::vector<NodeId> honest;
  for (std::uint8_t i = 0; i < 200; ++i) honest.push_back(answering(IpAddress::v4(1, 2, i, 1), kStart));
  // All of one machine's answer later than the others.
  for (std::size_t i = 0; i < 2 * kMaxKnownNodes; ++i) answering(IpAddress::v4(9, 9, 9, 9), kStart + 1h);
  for (const auto& id : honest) EXPECT_NE(directory_.find(id), nullptr);
}

TEST_F(DirectoryTest, TheLargestSubnetIsNotWipedOut) {
  std::vector<NodeId> largest;
  for (int i = 0; i < 60; ++i) largest.push_back(answering(IpAddress::v4(9, 9, 9, 9), kStart + i * 1s));
  for (std::size_t i = 0; directory_.nodes().size() < kMaxKnownNodes; ++i) {
    answering(IpAddress::v4(1, static_cast<std::uint8_t>(i / 50), 1, 1), kStart + 1h);
  }
  answering(IpAddress::v4(2, 2, 2, 2), kStart + 2h);
  const auto left = std::ranges::count_if(largest, [&](const NodeId& id) { return directory_.find(id); });
  EXPECT_GE(left, 49);
  EXPECT_LT(left, 60);
  EXPECT_NE(directory_.find(largest.back()), nullptr) << "those heard of last stay";
}

}  // namespace
}  // namespace mycostr::dht
