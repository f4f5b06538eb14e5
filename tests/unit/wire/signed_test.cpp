// Receipts and grants, and that no signature passes as one of another kind.
#include "base/units.hpp"
#include "unit/wire/hostile.hpp"
#include "wire/messages.hpp"

namespace mycostr::wire {
namespace {

class SignedTest : public testing::Test {
 protected:
  test::SeededRandom random_{10};
  crypto::Identity identity_ = identity_of(3);
  Receipt receipt_{random_.make<NodeId>(),
                   identity_.public_key(),
                   random_.make<ShardId>(),
                   {kDefaultChunkSize},
                   from_unix_ms(1'767'225'600'000)};
  Grant grant_{identity_.public_key(),
               random_.make<NodeId>(),
               {random_.make<ShardId>(), random_.make<ShardId>()},
               true,
               false,
               from_unix_ms(1'767'225'600'000)};

  Bytes payload_of(const Bytes& encoded) { return decode_signed(encoded).value().payload; }
};

TEST_F(SignedTest, ReceiptRoundTrips) {
  const auto back = decode_receipt(encode_receipt(receipt_, identity_));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->receipt.owner, receipt_.owner);
  EXPECT_EQ(back->receipt.holder_key, receipt_.holder_key);
  EXPECT_EQ(back->receipt.shard, receipt_.shard);
  EXPECT_EQ(back->receipt.size, receipt_.size);
  EXPECT_EQ(back->receipt.stored, receipt_.stored);
}

TEST_F(SignedTest, GrantRoundTrips) {
  for (const bool may_read : {false, true}) {
    grant_.may_read = may_read;
    grant_.may_delete = !may_read;
    const auto back = decode_grant(encode_grant(grant_, identity_));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->owner_key, grant_.owner_key);
    EXPECT_EQ(back->grantee, grant_.grantee);
    EXPECT_EQ(back->shards, grant_.shards);
    EXPECT_EQ(back->may_read, may_read);
    EXPECT_EQ(back->may_delete, !may_read);
    EXPECT_EQ(back->expires, grant_.expires);
  }
}

TEST_F(SignedTest, ReceiptRefusesWhatIsOutOfBounds) {
  receipt_.size = {kMaxChunkSize};
  EXPECT_TRUE(decode_receipt(encode_receipt(receipt_, identity_)));
  receipt_.size = {kMaxChunkSize + 1};
  EXPECT_FALSE(decode_receipt(encode_receipt(receipt_, identity_)));
  receipt_.size = {4096};
  receipt_.stored = from_unix_ms(-1);
  EXPECT_FALSE(decode_receipt(encode_receipt(receipt_, identity_)));
  receipt_.stored = from_unix_ms(1LL << 48);
  EXPECT_FALSE(decode_receipt(encode_receipt(receipt_, identity_)));
}

TEST_F(SignedTest, GrantRefusesWhatIsOutOfBounds) {
  grant_.shards.resize(kMaxShardsPerGrant);
  EXPECT_TRUE(decode_grant(encode_grant(grant_, identity_)));
  grant_.shards.resize(kMaxShardsPerGrant + 1);
  EXPECT_FALSE(decode_grant(encode_grant(grant_, identity_)));
  grant_.shards.resize(1);
  grant_.expires = from_unix_ms(-1);
  EXPECT_FALSE(decode_grant(encode_grant(grant_, identity_)));
}

TEST_F(SignedTest, AreRefusedWhenAnotherKeySigned) {
  const auto other = identity_of(4);
  EXPECT_EQ(decode_receipt(encode_receipt(receipt_, other)).error().code, Errc::invalid);
  EXPECT_EQ(decode_grant(encode_grant(grant_, other)).error().code, Errc::invalid);
}

TEST_F(SignedTest, PurposesAreNotInterchangeable) {
  NodeRecord record;
  record.public_key = identity_.public_key();
  const std::pair<std::string_view, Bytes> payloads[] = {
      {kRecordPurpose, payload_of(encode_record(record, identity_))},
      {kReceiptPurpose, payload_of(encode_receipt(receipt_, identity_))},
      {kGrantPurpose, payload_of(encode_grant(grant_, identity_))}};
  for (const auto& [own_purpose, payload] : payloads) {
    for (const auto purpose : {kRecordPurpose, kReceiptPurpose, kGrantPurpose, std::string_view("")}) {
      SCOPED_TRACE(fmt::format("{} signed as {}", own_purpose, purpose));
      const auto encoded = sign_and_encode(identity_, purpose, payload);
      EXPECT_EQ(decode_record(encoded).has_value(), own_purpose == purpose && purpose == kRecordPurpose);
      EXPECT_EQ(decode_receipt(encoded).has_value(), own_purpose == purpose && purpose == kReceiptPurpose);
      EXPECT_EQ(decode_grant(encoded).has_value(), own_purpose == purpose && purpose == kGrantPurpose);
    }
  }
}

TEST_F(SignedTest, NoDamageGoesUnnoticed) {
  for_hostile_variants(encode_receipt(receipt_, identity_),
                       [](const Bytes& bytes) { EXPECT_FALSE(decode_receipt(bytes)) << to_hex(bytes); });
  for_hostile_variants(encode_grant(grant_, identity_),
                       [](const Bytes& bytes) { EXPECT_FALSE(decode_grant(bytes)) << to_hex(bytes); });
}

TEST_F(SignedTest, SignatureHasItsLength) {
  for (const std::size_t size : {0, 63, 65}) {
    const auto bytes = RawMessage().text(1, "payload").text(2, std::string(size, 's')).bytes();
    EXPECT_FALSE(decode_signed(bytes)) << size;
  }
}

}  // namespace
}  // namespace mycostr::wire
