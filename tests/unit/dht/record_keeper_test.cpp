#include "dht/record_keeper.hpp"

#include "dht/directory.hpp"
#include "support/virtual_clock.hpp"
#include "unit/dht/records.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

class RecordKeeperTest : public testing::Test {
 protected:
  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  crypto::Identity identity_ = identity_of(1);
  RecordKeeper keeper_{identity_, clock_, kNetwork};

  wire::NodeRecord current() { return wire::decode_record(keeper_.current()).value(); }
};

TEST_F(RecordKeeperTest, SaysWhatItWasTold) {
  keeper_.set_endpoints({{"127.0.0.1", 4081}});
  auto record = current();
  EXPECT_EQ(record.id(), identity_.id());
  EXPECT_EQ(record.network_id, kNetwork);
  EXPECT_FALSE(record.is_holder);
  EXPECT_EQ(record.expires, clock_.wall_now() + 12h);
  keeper_.set_offer(HolderOffer{64_GiB, 10_GiB, "DE", 7});
  record = current();
  EXPECT_TRUE(record.is_holder);
  EXPECT_EQ(record.capacity, 64_GiB);
  EXPECT_EQ(record.free, 10_GiB);
  EXPECT_EQ(record.location, "DE");
  EXPECT_EQ(record.price_msat_per_tb_month, 7U);
  keeper_.set_offer(std::nullopt);
  EXPECT_FALSE(current().is_holder);
}

TEST_F(RecordKeeperTest, SignsAnewOnlyWhenItMust) {
  const auto first = keeper_.current();
  clock_.run_for(29min);
  EXPECT_EQ(keeper_.current(), first);
  clock_.run_for(1min);
  EXPECT_NE(keeper_.current(), first);
  keeper_.set_offer(HolderOffer{64_GiB, 10_GiB, "DE", 7});
  const auto offered = keeper_.current();
  keeper_.set_offer(HolderOffer{64_GiB, 10_GiB + 100_MiB, "DE", 7});
  EXPECT_EQ(keeper_.current(), offered) << "free space is coarse";
  keeper_.set_offer(HolderOffer{64_GiB, 11_GiB, "DE", 7});
  EXPECT_NE(keeper_.current(), offered);
}

TEST_F(RecordKeeperTest, TellsOfANewRecordThoughNobodyAsksForIt) {
  const auto first = keeper_.seq();
  clock_.run_for(29min);
  EXPECT_EQ(keeper_.seq(), first);
  clock_.run_for(1min);
  EXPECT_GT(keeper_.seq(), first);
}

TEST_F(RecordKeeperTest, SignsAnewAfterTheClockWasSet) {
  keeper_.current();
  for (const auto shift : {8h, -8h}) {
    clock_.shift_wall(shift);
    EXPECT_EQ(current().expires, clock_.wall_now() + 12h);
  }
  // Others take it at once, though the clock was hours ahead before.
  Directory directory(identity_of(2).id(), kNetwork);
  EXPECT_TRUE(directory.learn(keeper_.current(), clock_.wall_now()));
  const auto signed_now = keeper_.seq();
  clock_.shift_wall(-1s);
  EXPECT_EQ(keeper_.seq(), signed_now) << "not for every second";
}

TEST_F(RecordKeeperTest, SaysThatItDrains) {
  keeper_.set_offer(HolderOffer{64_GiB, 10_GiB, "DE", 7});
  const auto before = current();
  EXPECT_FALSE(before.is_draining);
  keeper_.set_offer(HolderOffer{64_GiB, 10_GiB, "DE", 7, true});
  EXPECT_TRUE(current().is_draining);
  EXPECT_GT(current().seq, before.seq) << "others hear of it";
  keeper_.set_offer(std::nullopt);
  EXPECT_FALSE(current().is_draining);
}

TEST_F(RecordKeeperTest, FreeNeverExceedsTheCapacity) {
  keeper_.set_offer(HolderOffer{ByteCount{10}, 1_GiB, "", 0});
  EXPECT_EQ(current().free, ByteCount{10});
  keeper_.set_offer(HolderOffer{});
  EXPECT_EQ(current().free, ByteCount{0});
}

TEST_F(RecordKeeperTest, SequenceGrowsEvenWhenTheWallClockGoesBack) {
  const auto before = current().seq;
  clock_.shift_wall(-10min);
  keeper_.set_endpoints({{"127.0.0.1", 1}});
  EXPECT_GT(current().seq, before);
}

TEST_F(RecordKeeperTest, TellsNoMoreEndpointsThanARecordHolds) {
  keeper_.set_endpoints(std::vector<Endpoint>(10, {"127.0.0.1", 1}));
  EXPECT_EQ(current().endpoints.size(), wire::kMaxEndpoints);
}

TEST_F(RecordKeeperTest, ALargestRecordCanBeRead) {
  keeper_.set_endpoints(std::vector<Endpoint>(wire::kMaxEndpoints, {std::string(253, 'a'), 65535}));
  keeper_.set_offer(
      HolderOffer{{UINT64_MAX}, {UINT64_MAX}, std::string(wire::kMaxLocationSize, 'a'), UINT64_MAX});
  EXPECT_TRUE(wire::decode_record(keeper_.current()));
}

}  // namespace
}  // namespace mycostr::dht
