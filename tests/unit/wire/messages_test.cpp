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
  const auto back = decode_hello(encode(Hello{random_.bytes(kMaxRecordSize), 5, UINT64_MAX}));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->record.size(), kMaxRecordSize);
  EXPECT_EQ(back->instance, 5U);
  EXPECT_EQ(back->since, UINT64_MAX);
  EXPECT_FALSE(decode_hello(encode(Hello{Bytes(kMaxRecordSize + 1), 0, 0})));
}

TEST_F(MessagesTest, HelloReplyRoundTripsWithinItsLimits) {
  HelloReply reply{random_.bytes(100), {}, 7, 8};
  for (std::size_t i = 0; i < kMaxRecordsPerReply; ++i)
    reply.records.push_back(random_.bytes(kMaxRecordSize));
  const auto back = decode_hello_reply(encode(reply));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->record, reply.record);
  EXPECT_EQ(back->records, reply.records);
  EXPECT_EQ(back->instance, 7U);
  EXPECT_EQ(back->cursor, 8U);

  reply.records.emplace_back();
  EXPECT_FALSE(decode_hello_reply(encode(reply))) << "one record too many";
  reply.records.assign(1, Bytes(kMaxRecordSize + 1));
  EXPECT_FALSE(decode_hello_reply(encode(reply))) << "one record too long";
  reply.records.clear();
  reply.record.resize(kMaxRecordSize + 1);
  EXPECT_FALSE(decode_hello_reply(encode(reply))) << "the own record too long";
}

TEST_F(MessagesTest, ALargestHelloReplyFitsACall) {
  HelloReply reply{Bytes(kMaxRecordSize), std::vector(kMaxRecordsPerReply, Bytes(kMaxRecordSize)), UINT64_MAX,
                   UINT64_MAX};
  EXPECT_LT(encode(reply).size(), std::size_t{1} << 20);  // kMaxMessageSize of the transport
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
  expect_safe<Hello>(encode(Hello{random_.bytes(60), 300, 70'000}), decode_hello, [](auto& a, auto& b) {
    return a.record == b.record && a.instance == b.instance && a.since == b.since;
  });
  expect_safe<HelloReply>(
      encode(HelloReply{random_.bytes(60), {random_.bytes(30), random_.bytes(40)}, 300, 70'000}),
      decode_hello_reply, [](auto& a, auto& b) {
        return a.record == b.record && a.records == b.records && a.instance == b.instance &&
               a.cursor == b.cursor;
      });
  expect_safe<PutShard>(encode(PutShard{shard_}), decode_put_shard,
                        [](auto& a, auto& b) { return a.shard == b.shard; });
  expect_safe<GetShard>(encode(GetShard{shard_, random_.bytes(50)}), decode_get_shard,
                        [](auto& a, auto& b) { return a.shard == b.shard && a.grant == b.grant; });
  expect_safe<DeleteShards>(encode(DeleteShards{shards(3), random_.bytes(50)}), decode_delete_shards,
                            [](auto& a, auto& b) { return a.shards == b.shards && a.grant == b.grant; });
}

}  // namespace
}  // namespace mycostr::wire
