// "shards/offer": would a shard be taken now?
#include "holder/shard_service.hpp"
#include "support/local_request.hpp"
#include "unit/holder/machine.hpp"

namespace mycostr::holder {
namespace {

class OfferTest : public Machine {
 protected:
  Result<PeerReply> ask(Bytes message) {
    test::LocalRequest request({owner(1), {}}, {wire::operations::kOfferShard, std::move(message), {}});
    return clock_.run(service_.handle_offer(request));
  }
  Result<PeerReply> ask(std::size_t size) { return ask(wire::encode(wire::OfferShard{ByteCount{size}})); }

  crypto::Identity identity_ = identity_of(2);
  Drain drain_{clock_, meta_, chunks_, [](WallTime) { return 0U; }, [] {}};
  LeafHashes leaf_hashes_{meta_};
  ShardService service_{identity_, clock_, pool_, chunks_, drain_, leaf_hashes_};
};

TEST_F(OfferTest, IsTakenWhereThereIsRoomAndPromisesNothing) {
  chunks_.set_capacity(1_MiB + 64_KiB);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(ask(1 << 20)) << "what was offered before takes no room";
  EXPECT_EQ(chunks_.usage().reserved, ByteCount{});
}

TEST_F(OfferTest, IsRefusedWhereThereIsNone) {
  chunks_.set_capacity(64_KiB);
  EXPECT_TRUE(ask(kLeafSize));
  EXPECT_EQ(ask(1 << 20).error().code, Errc::full);
}

TEST_F(OfferTest, IsRefusedByWhoLeaves) {
  ASSERT_TRUE(clock_.run(drain_.start()));
  EXPECT_EQ(ask(kLeafSize).error().code, Errc::conflict);
  ASSERT_TRUE(clock_.run(drain_.stop()));
  EXPECT_TRUE(ask(kLeafSize));
}

TEST_F(OfferTest, OfNoPossibleSizeIsInvalid) {
  for (const std::size_t size : {0UL, 1UL, kLeafSize + 1, kMaxChunkSize + kLeafSize}) {
    EXPECT_EQ(ask(size).error().code, Errc::invalid) << size;
  }
  EXPECT_EQ(ask(Bytes{0xff, 0xff}).error().code, Errc::invalid);
}

}  // namespace
}  // namespace mycostr::holder
