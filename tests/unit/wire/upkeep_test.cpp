#include "wire/upkeep.hpp"

#include "unit/wire/hostile.hpp"

namespace mycostr::wire {
namespace {

class LostShardsTest : public testing::Test {
 protected:
  crypto::Identity holder_ = identity_of(1);

  LostShards report(std::size_t shards = 2) const {
    LostShards out;
    out.owner = identity_of(2).id();
    out.holder_key = holder_.public_key();
    for (std::size_t i = 0; i < shards; ++i)
      out.shards.emplace_back().bytes.fill(static_cast<std::uint8_t>(i));
    out.reported = from_unix_ms(1'767'225'600'000);
    return out;
  }
  RawMessage raw(std::size_t shards) const {
    RawMessage out;
    out.text(1, identity_of(2).id().text()).text(2, holder_.public_key().text());
    for (std::size_t i = 0; i < shards; ++i) out.text(3, std::string(32, 's'));
    return out;
  }
  Result<LostShards> sent(const RawMessage& payload) const {
    return decode_lost_shards(sign_and_encode(holder_, kLostPurpose, payload.bytes()));
  }
};

TEST_F(LostShardsTest, RoundTrip) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}, kMaxShardsPerReport}) {
    const auto back = decode_lost_shards(encode_lost_shards(report(count), holder_));
    ASSERT_TRUE(back) << count;
    EXPECT_EQ(*back, report(count));
    EXPECT_EQ(back->holder(), holder_.id());
  }
}

TEST_F(LostShardsTest, ForgedReportsAreRefused) {
  EXPECT_EQ(decode_lost_shards(encode_lost_shards(report(), identity_of(3))).error().code, Errc::invalid);
  EXPECT_TRUE(sent(raw(1)));
  EXPECT_FALSE(decode_lost_shards(sign_and_encode(holder_, kReceiptPurpose, raw(1).bytes())));
}

TEST_F(LostShardsTest, NoDamageGoesUnnoticed) {
  for_hostile_variants(encode_lost_shards(report(), holder_),
                       [&](const Bytes& bytes) { EXPECT_FALSE(decode_lost_shards(bytes)) << to_hex(bytes); });
}

TEST_F(LostShardsTest, ReportsAreOfBoundedSize) {
  EXPECT_FALSE(sent(raw(0)));
  EXPECT_TRUE(sent(raw(kMaxShardsPerReport)));
  EXPECT_FALSE(sent(raw(kMaxShardsPerReport + 1)));
}

TEST_F(LostShardsTest, IdsHaveTheirLengths) {
  for (const std::size_t size : {0, 31, 33}) {
    const std::string wrong(size, 'x');
    EXPECT_FALSE(sent(raw(1).text(1, wrong))) << size;
    EXPECT_FALSE(sent(raw(1).text(2, wrong))) << size;
    EXPECT_FALSE(sent(raw(1).text(3, wrong))) << size;
  }
}

TEST_F(LostShardsTest, TimesAreInBounds) {
  EXPECT_TRUE(sent(raw(1).number(4, (1ULL << 48) - 1)));
  EXPECT_FALSE(sent(raw(1).number(4, 1ULL << 48)));
  EXPECT_FALSE(sent(raw(1).number(4, ~0ULL)));
}

}  // namespace
}  // namespace mycostr::wire
