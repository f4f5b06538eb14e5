#include "wire/agreement.hpp"

#include "crypto/merkle.hpp"
#include "crypto/sha256.hpp"
#include "unit/wire/hostile.hpp"

namespace mycostr::wire {
namespace {

using Outcome = ChangeReply::Outcome;

class AgreementMessagesTest : public testing::Test {
 protected:
  Terms terms() {
    return {owner_.public_key(),       holder_.public_key(), 120'000, from_unix_ms(1'800'000'000'123), "test",
            random_.make<TermsNonce>()};
  }
  Revision revision() {
    return {random_.make<AgreementId>(),    7, random_.make<Digest>(), 3, {12288}, random_.make<Digest>(),
            from_unix_ms(1'800'000'000'456)};
  }
  CoSigned co_signed(const Bytes& payload, std::string_view owner_purpose, std::string_view holder_purpose) {
    return {payload, owner_.sign(owner_purpose, payload), holder_.sign(holder_purpose, payload)};
  }
  std::vector<ShardId> ids(std::size_t count) {
    std::vector<ShardId> out(count);
    for (auto& id : out) id = random_.make<ShardId>();
    return out;
  }
  Delta delta(std::size_t removed, std::size_t added) {
    Delta out{ids(removed), {}};
    for (const auto& id : ids(added)) out.added.push_back({id, {8192}});
    return out;
  }

  test::SeededRandom random_{21};
  const crypto::Identity owner_ = identity_of(1);
  const crypto::Identity holder_ = identity_of(2);
};

TEST_F(AgreementMessagesTest, TermsRoundTrip) {
  const auto sent = terms();
  const auto both = co_signed(encode(sent), kTermsPurpose, kTermsHolderPurpose);
  EXPECT_LE(encode(both).size(), kMaxCoSignedSize);
  const auto back = decode_co_signed(encode(both));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, both);
  EXPECT_EQ(verify_terms(*back).value(), sent);
  EXPECT_EQ(verify_proposed_terms({both.payload, both.owner_signature}).value(), sent);
}

TEST_F(AgreementMessagesTest, TermsCountOnlyWithBothSignatures) {
  const auto good = co_signed(encode(terms()), kTermsPurpose, kTermsHolderPurpose);
  auto swapped = good;
  std::swap(swapped.owner_signature, swapped.holder_signature);
  EXPECT_FALSE(verify_terms(swapped));
  auto one_sided = good;
  one_sided.holder_signature = good.owner_signature;
  EXPECT_FALSE(verify_terms(one_sided));
  one_sided.holder_signature = holder_.sign(kTermsPurpose, good.payload);
  EXPECT_FALSE(verify_terms(one_sided)) << "the holder's word has a purpose of its own";
  auto other = good;
  other.payload = encode(terms());
  EXPECT_FALSE(verify_terms(other));
}

TEST_F(AgreementMessagesTest, TheIdFollowsFromTheTerms) {
  const auto payload = encode(terms());
  Bytes hashed(payload);
  const std::string_view purpose = "mycostr/agreement-id/1";
  hashed.insert(hashed.begin(), purpose.begin(), purpose.end());
  EXPECT_EQ(agreement_id(payload).hex(), crypto::sha256(hashed).hex().substr(0, 32));
  EXPECT_NE(agreement_id(payload), agreement_id(encode(terms()))) << "the nonce differs";
}

TEST_F(AgreementMessagesTest, RevisionsRoundTrip) {
  auto sent = revision();
  sent.ends = true;
  const auto both = co_signed(encode(sent), kRevisionPurpose, kRevisionHolderPurpose);
  EXPECT_LE(encode(both).size(), kMaxCoSignedSize);
  EXPECT_EQ(verify_revision(both, terms()).value(), sent);
  EXPECT_EQ(verify_proposed_revision({both.payload, both.owner_signature}, owner_.public_key()).value(),
            sent);
  EXPECT_FALSE(verify_proposed_revision({both.payload, both.owner_signature}, holder_.public_key()));
  auto others = terms();
  others.holder_key = owner_.public_key();
  EXPECT_FALSE(verify_revision(both, others));
}

TEST_F(AgreementMessagesTest, RevisionsAreInBounds) {
  auto out = revision();
  out.shards = kMaxShardsPerAgreement + 1;
  EXPECT_FALSE(decode_revision(encode(out)));
  out = revision();
  out.bytes = {kMaxShardsPerAgreement * kMaxChunkSize + 1};
  EXPECT_FALSE(decode_revision(encode(out)));
  out = revision();
  out.at = from_unix_ms(-1);
  EXPECT_FALSE(decode_revision(encode(out)));
}

TEST_F(AgreementMessagesTest, DeltasRoundTrip) {
  const auto sent = delta(400, 600);
  EXPECT_EQ(decode_delta(encode(sent)).value(), sent);
  EXPECT_EQ(decode_delta({}).value(), Delta{});
  EXPECT_NE(delta_hash(encode(sent)), delta_hash({}));
}

TEST_F(AgreementMessagesTest, DeltasAreBoundedAndNameEachShardOnce) {
  EXPECT_FALSE(decode_delta(encode(delta(500, 501))));
  auto twice = delta(1, 1);
  twice.added.front().id = twice.removed.front();
  EXPECT_FALSE(decode_delta(encode(twice)));
  twice = delta(0, 2);
  twice.added[1].id = twice.added[0].id;
  EXPECT_FALSE(decode_delta(encode(twice)));
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{4095}, std::uint64_t{kMaxChunkSize + 4096}}) {
    auto odd = delta(0, 1);
    odd.added.front().size = {size};
    EXPECT_FALSE(decode_delta(encode(odd))) << size;
  }
}

TEST_F(AgreementMessagesTest, ALeafIsTheShardAndItsSize) {
  const ShardEntry entry{random_.make<ShardId>(), {0x1000}};
  auto leaf = std::string(entry.id.text()) + std::string("\0\0\0\0\0\0\x10\0", 8);
  EXPECT_EQ(leaf_of(entry), crypto::merkle_leaf(as_bytes(leaf)));
}

TEST_F(AgreementMessagesTest, RepliesRoundTrip) {
  const auto both = co_signed(encode(revision()), kRevisionPurpose, kRevisionHolderPurpose);
  const auto agreed = decode_change_reply(encode(ChangeReply{Outcome::agreed, both}));
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->revision, both);
  const auto missing = decode_change_reply(encode(ChangeReply{Outcome::missing, std::nullopt, ids(3)}));
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->missing.size(), 3U);
  const auto conflict = decode_change_reply(encode(ChangeReply{Outcome::conflict}));
  ASSERT_TRUE(conflict);
  EXPECT_FALSE(conflict->revision) << "there is none yet";
}

TEST_F(AgreementMessagesTest, RepliesSayWhatTheyMustAndNoMore) {
  EXPECT_FALSE(decode_change_reply({})) << "agreed, but to what?";
  EXPECT_FALSE(decode_change_reply(encode(ChangeReply{Outcome::missing})));
  EXPECT_FALSE(decode_change_reply(encode(ChangeReply{Outcome::conflict, std::nullopt, ids(1)})));
  EXPECT_FALSE(
      decode_change_reply(encode(ChangeReply{Outcome::missing, std::nullopt, ids(kMaxShardsPerChange + 1)})));
  EXPECT_FALSE(decode_change_reply(RawMessage().number(1, 3).bytes())) << "no such outcome";
}

TEST_F(AgreementMessagesTest, HostileBytesAreRefusedOrHarmless) {
  const auto both = co_signed(encode(terms()), kTermsPurpose, kTermsHolderPurpose);
  for_hostile_variants(encode(both), [&](const Bytes& bytes) {
    const auto back = decode_co_signed(bytes);
    if (!back || *back == both) return;
    EXPECT_FALSE(verify_terms(*back));
  });
  const auto change = delta(2, 2);
  for_hostile_variants(encode(change), [](const Bytes& bytes) {
    const auto back = decode_delta(bytes);
    if (back) EXPECT_EQ(decode_delta(encode(*back)).value(), *back);
  });
  const auto payload = encode(revision());
  const ChangeAgreement message{{payload, owner_.sign(kRevisionPurpose, payload)}, encode(change)};
  for_hostile_variants(encode(message), [&](const Bytes& bytes) {
    const auto back = decode_change_agreement(bytes);
    if (!back || back->revision.payload == payload) return;
    EXPECT_FALSE(verify_proposed_revision(back->revision, owner_.public_key()));
  });
}

}  // namespace
}  // namespace mycostr::wire
