#include "wire/audit.hpp"

#include "unit/wire/hostile.hpp"

namespace mycostr::wire {
namespace {

Challenge challenge() {
  test::SeededRandom random(1);
  return {.agreement = random.make<AgreementId>(),
          .epoch = 491'000,
          .serial = 3,
          .revision = 17,
          .root = random.make<Digest>(),
          .shards = 1234,
          .nonce = random.make<Digest>(),
          .count = 40,
          .kind = AuditKind::plain};
}

ProofSample sample(std::uint64_t slot) {
  test::SeededRandom random(slot + 2);
  ProofSample out{slot, random.make<ShardId>(), {16 * kLeafSize}, false, {}, {}};
  out.leaves.push_back({3, random.bytes(kLeafSize)});
  out.leaves.push_back({9, random.bytes(kLeafSize)});
  out.path = {random.make<Digest>(), random.make<Digest>()};
  return out;
}

Proof proof() {
  test::SeededRandom random(9);
  Proof out{random.make<Digest>(), {sample(4), sample(8)}, {random.make<Digest>()}};
  out.samples.push_back({12, random.make<ShardId>(), {kLeafSize}, true, {}, {}});
  return out;
}

class AuditMessagesTest : public testing::Test {
 protected:
  crypto::Identity owner_ = identity_of(1);
  crypto::Identity holder_ = identity_of(2);

  bool takes(std::function<void(Challenge&)> change) const {
    auto changed = challenge();
    change(changed);
    return decode_challenge(encode_challenge(changed, owner_)).has_value();
  }
  bool takes_proof(std::function<void(Proof&)> change) const {
    auto changed = proof();
    change(changed);
    return decode_proof(encode_proof(changed, holder_)).has_value();
  }
};

TEST_F(AuditMessagesTest, ChallengesRoundTrip) {
  const auto back = decode_challenge(encode_challenge(challenge(), owner_));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->challenge, challenge());
  EXPECT_TRUE(back->is_signed_by(owner_.public_key()));
  EXPECT_FALSE(back->is_signed_by(holder_.public_key()));
}

TEST_F(AuditMessagesTest, EachChallengeHasAHashOfItsOwn) {
  auto other = challenge();
  other.nonce.bytes[31] ^= 1;
  EXPECT_NE(decode_challenge(encode_challenge(challenge(), owner_))->hash(),
            decode_challenge(encode_challenge(other, owner_))->hash());
}

TEST_F(AuditMessagesTest, ChallengesOverTheLimitsAreRefused) {
  EXPECT_TRUE(takes([](auto& c) { c.count = kMaxAuditLeaves; }));
  EXPECT_FALSE(takes([](auto& c) { c.count = kMaxAuditLeaves + 1; }));
  EXPECT_FALSE(takes([](auto& c) { c.count = 0; }));
  EXPECT_TRUE(takes([](auto& c) { c.serial = kMaxAuditSerial; }));
  EXPECT_FALSE(takes([](auto& c) { c.serial = kMaxAuditSerial + 1; }));
  EXPECT_FALSE(takes([](auto& c) { c.shards = 0; }));
  EXPECT_TRUE(takes([](auto& c) { c.shards = kMaxShardsPerAgreement; }));
  EXPECT_FALSE(takes([](auto& c) { c.shards = kMaxShardsPerAgreement + 1; }));
  EXPECT_FALSE(takes([](auto& c) { c.epoch = 1ULL << 48; }));
  EXPECT_FALSE(takes([](auto& c) { c.kind = AuditKind::chained; })) << "of another count than its steps";
  EXPECT_TRUE(takes([](auto& c) {
    c.kind = AuditKind::chained;
    c.count = kChainSteps;
  }));
  EXPECT_FALSE(takes([](auto& c) { c.kind = AuditKind(2); }));
}

TEST_F(AuditMessagesTest, DamagedChallengesAreNotTheOwners) {
  for_hostile_variants(encode_challenge(challenge(), owner_), [&](const Bytes& bytes) {
    const auto back = decode_challenge(bytes);
    EXPECT_FALSE(back && back->is_signed_by(owner_.public_key())) << to_hex(bytes);
  });
}

TEST_F(AuditMessagesTest, ProofsRoundTrip) {
  const auto back = decode_proof(encode_proof(proof(), holder_));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->proof, proof());
  EXPECT_TRUE(back->is_signed_by(holder_.public_key()));
  EXPECT_FALSE(back->is_signed_by(owner_.public_key()));
}

TEST_F(AuditMessagesTest, ProofsOutOfFormAreRefused) {
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples.clear(); }));
  EXPECT_FALSE(takes_proof([](auto& p) { std::swap(p.samples[0], p.samples[1]); }));
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[1].slot = p.samples[0].slot; }));
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[0].leaves.clear(); })) << "and not missing";
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[0].missing = true; })) << "with leaves";
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[2].path.emplace_back(); }));
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[0].leaves[0].data.pop_back(); }));
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[0].leaves[1].index = 16; })) << "beyond the shard";
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[0].leaves[1].index = 3; }));
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[0].size = {4095}; }));
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[0].size = {kMaxChunkSize + kLeafSize}; }));
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[2].size = {0}; }));
}

TEST_F(AuditMessagesTest, OversizeProofsAreRefused) {
  const auto with = [&](std::size_t samples, std::uint32_t leaves) {
    return takes_proof([&](Proof& p) {
      p.samples.clear();
      for (std::size_t i = 0; i < samples; ++i) {
        p.samples.push_back(sample(i));
        p.samples.back().leaves.clear();
        for (std::uint32_t leaf = 0; leaf < leaves; ++leaf)
          p.samples.back().leaves.push_back({leaf, Bytes(kLeafSize)});
      }
    });
  };
  EXPECT_TRUE(with(64, 1));
  EXPECT_FALSE(with(65, 1));
  EXPECT_TRUE(with(4, 16));
  EXPECT_FALSE(with(5, 16));
  EXPECT_TRUE(takes_proof([](auto& p) { p.path.resize(64 * 22); }));
  EXPECT_FALSE(takes_proof([](auto& p) { p.path.resize(64 * 22 + 1); }));
  EXPECT_FALSE(takes_proof([](auto& p) { p.samples[0].path.resize(641); }));
}

TEST_F(AuditMessagesTest, TheLargestHonestProofFits) {
  Proof largest;
  largest.path.resize(64 * 22);
  for (std::uint64_t slot = 0; slot < 64; ++slot) {
    ProofSample one{slot + (1 << 21), {}, {kMaxChunkSize}, false, {}, {}};
    one.leaves.push_back({1023, Bytes(kLeafSize)});
    one.path.resize(10);
    largest.samples.push_back(std::move(one));
  }
  const auto encoded = encode_proof(largest, holder_);
  EXPECT_LT(encoded.size(), kMaxProofSize * 3 / 4);
  EXPECT_TRUE(decode_proof(encoded));
}

TEST_F(AuditMessagesTest, DamagedProofsAreNotTheHolders) {
  auto small = proof();
  small.samples = {small.samples[2]};
  for_hostile_variants(encode_proof(small, holder_), [&](const Bytes& bytes) {
    const auto back = decode_proof(bytes);
    EXPECT_FALSE(back && back->is_signed_by(holder_.public_key())) << to_hex(bytes);
  });
}

TEST_F(AuditMessagesTest, TranscriptsRoundTrip) {
  const Transcript transcript{{1, 2}, {3}, {4, 5, 6}, {}};
  EXPECT_EQ(decode_transcript(encode(transcript)).value(), transcript);
  EXPECT_FALSE(decode_transcript(encode(Transcript{{}, {}, {}, Bytes(kMaxTranscriptSize)})));
  EXPECT_FALSE(decode_transcript(Bytes{0xff}));
}

}  // namespace
}  // namespace mycostr::wire
