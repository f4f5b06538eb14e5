#include "wire/messages.hpp"

#include "unit/wire/hostile.hpp"

namespace mycostr::wire {
namespace {

class MessagesTest : public testing::Test {
 protected:
  test::SeededRandom random_{9};
  ShardId shard_ = random_.make<ShardId>();

  std::vector<ShardId> shards(std::size_t count) {
    std::vector<ShardId> out(count);
    for (auto& shard : out) shard = random_.make<ShardId>();
    return out;
  }
};

TEST_F(MessagesTest, HelloRoundTrips) {
  const Bytes record = random_.bytes(kMaxRecordSize);
  const auto back = decode_hello(encode(Hello{record}));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->record, record);
  EXPECT_FALSE(decode_hello(encode(Hello{Bytes(kMaxRecordSize + 1)})));
}

TEST_F(MessagesTest, ShardMessagesRoundTrip) {
  EXPECT_EQ(decode_put_shard(encode(PutShard{shard_}))->shard, shard_);
  const auto get = decode_get_shard(encode(GetShard{shard_, random_.bytes(50)}));
  ASSERT_TRUE(get);
  EXPECT_EQ(get->shard, shard_);
  EXPECT_EQ(get->grant.size(), 50U);
  const DeleteShards message{shards(kMaxShardsPerDelete), random_.bytes(50)};
  const auto back = decode_delete_shards(encode(message));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->shards, message.shards);
  EXPECT_EQ(back->grant, message.grant);
  EXPECT_FALSE(decode_delete_shards(encode(DeleteShards{shards(kMaxShardsPerDelete + 1), {}})));
}

TEST_F(MessagesTest, AnOfferIsOfASizeThatAShardMayHave) {
  for (const auto size : {kLeafSize, kMaxChunkSize}) {
    EXPECT_EQ(decode_offer_shard(encode(OfferShard{ByteCount{size}}))->size.value, size);
  }
  for (const auto size :
       {std::size_t{0}, std::size_t{1}, kLeafSize + 1, kMaxChunkSize + kLeafSize, SIZE_MAX}) {
    EXPECT_FALSE(decode_offer_shard(encode(OfferShard{ByteCount{size}}))) << size;
  }
}

TEST_F(MessagesTest, ShardIdsHaveTheirLength) {
  for (const std::size_t size : {0, 1, 31, 33, 100}) {
    const auto bytes = RawMessage().text(1, std::string(size, 's')).bytes();
    EXPECT_FALSE(decode_put_shard(bytes)) << size;
    EXPECT_FALSE(decode_get_shard(bytes)) << size;
    EXPECT_FALSE(decode_delete_shards(bytes)) << size;
  }
  EXPECT_FALSE(decode_put_shard({}));
  EXPECT_FALSE(decode_get_shard({}));
  EXPECT_TRUE(decode_delete_shards({})) << "nothing to delete";
}

/// What is read from hostile bytes is a message like any other: it can be sent and read again.
template <class Message, class Decode>
void expect_safe(const Bytes& good, Decode decode, auto same) {
  int accepted = 0;
  for_hostile_variants(good, [&](const Bytes& bytes) {
    const Result<Message> message = decode(bytes);
    if (!message) {
      EXPECT_EQ(message.error().code, Errc::invalid);
      return;
    }
    ++accepted;
    const Result<Message> again = decode(encode(*message));
    ASSERT_TRUE(again) << to_hex(bytes);
    EXPECT_TRUE(same(*message, *again)) << to_hex(bytes);
  });
  EXPECT_GT(accepted, 0) << "flips inside of an id leave a good message";
}

TEST_F(MessagesTest, HostileBytesAreSafe) {
  expect_safe<Hello>(encode(Hello{random_.bytes(60)}), decode_hello,
                     [](auto& a, auto& b) { return a.record == b.record; });
  expect_safe<OfferShard>(encode(OfferShard{ByteCount{kMaxChunkSize}}), decode_offer_shard,
                          [](auto& a, auto& b) { return a.size == b.size; });
  expect_safe<PutShard>(encode(PutShard{shard_}), decode_put_shard,
                        [](auto& a, auto& b) { return a.shard == b.shard; });
  expect_safe<GetShard>(encode(GetShard{shard_, random_.bytes(50)}), decode_get_shard,
                        [](auto& a, auto& b) { return a.shard == b.shard && a.grant == b.grant; });
  expect_safe<DeleteShards>(encode(DeleteShards{shards(3), random_.bytes(50)}), decode_delete_shards,
                            [](auto& a, auto& b) { return a.shards == b.shards && a.grant == b.grant; });
}

}  // namespace
}  // namespace mycostr::wire
