#include "audit/judge.hpp"

#include <gtest/gtest.h>

#include "unit/audit/vault.hpp"

namespace mycostr::audit {
namespace {

using wire::AuditKind;

TEST(Judge, HonestProofsPass) {
  for (const auto& sizes : std::vector<std::vector<std::uint32_t>>{
           {1}, {256}, {1, 2, 3}, {64, 1, 7, 33, 5}, std::vector<std::uint32_t>(40, 2)}) {
    Vault vault(sizes, sizes.size());
    for (const std::uint32_t count : {1U, 5U, 32U, 64U}) {
      const auto challenge = vault.challenge(count);
      const auto judgement = vault.judged(challenge, vault.prove(challenge));
      EXPECT_TRUE(judgement.passed) << judgement.why;
      EXPECT_EQ(judgement.leaves, std::min<std::uint64_t>(count, vault.revision.bytes.value / kLeafSize));
      EXPECT_TRUE(judgement.why.empty());
    }
    const auto chained = vault.challenge(wire::kChainSteps, AuditKind::chained);
    EXPECT_TRUE(vault.judged(chained, vault.prove(chained)).passed);
  }
}

TEST(Judge, ShardsThatTheHolderSaysItLostAreProven) {
  Vault vault({3, 3, 3, 3, 3});
  const auto challenge = vault.challenge(15);
  const auto judgement = vault.judged(challenge, vault.prove(challenge, {1, 4}));
  EXPECT_FALSE(judgement.passed);
  EXPECT_TRUE(judgement.is_from_holder);
  EXPECT_EQ(judgement.lost, (std::vector{vault.entries()[1].id, vault.entries()[4].id}));
  EXPECT_EQ(judgement.leaves, 9U);
}

TEST(Judge, AChainThatComesUponALostShardMayEndThere) {
  Vault vault(std::vector<std::uint32_t>(10, 4));
  int lost = 0;
  for (int run = 0; run < 20; ++run) {
    const auto challenge = vault.challenge(wire::kChainSteps, AuditKind::chained);
    const auto judgement = vault.judged(challenge, vault.prove(challenge, {3}));
    EXPECT_TRUE(judgement.passed || judgement.lost == std::vector{vault.entries()[3].id}) << judgement.why;
    lost += judgement.passed ? 0 : 1;
  }
  EXPECT_GT(lost, 10) << "16 steps over 10 shards";
}

TEST(Judge, RottenBytesFail) {
  Vault vault({4, 4});
  vault.rot(0, 2);
  const auto challenge = vault.challenge(8);
  const auto judgement = vault.judged(challenge, vault.prove(challenge));
  EXPECT_FALSE(judgement.passed);
  EXPECT_TRUE(judgement.is_from_holder) << "it signed them";
  EXPECT_TRUE(judgement.lost.empty());
  EXPECT_EQ(judgement.why, "wrong bytes of shard " + vault.entries()[0].id.hex());
}

/// What a holder might try that keeps less than it should.
class ForgedProofTest : public testing::Test {
 protected:
  Vault vault_{std::vector<std::uint32_t>(100, 8)};
  wire::SignedChallenge challenge_ = vault_.challenge(32);

  std::string fault(std::function<void(wire::Proof&)> change) {
    auto proof = vault_.prove(challenge_);
    change(proof);
    const auto judgement = vault_.judged(challenge_, proof);
    EXPECT_FALSE(judgement.passed);
    EXPECT_TRUE(judgement.lost.empty());
    return judgement.why;
  }
};

constexpr const char* kOtherLeaves = "the leaves shown are not those asked for";
constexpr const char* kOtherShards = "the shards shown are not those of the agreement";

TEST_F(ForgedProofTest, AnEarlierProofIsNotTakenAgain) {
  const auto earlier = vault_.prove(vault_.challenge(32));
  EXPECT_EQ(fault([&](auto& proof) { proof = earlier; }),
            "the proof is not signed by the holder for this challenge");
  EXPECT_EQ(fault([&](auto& proof) {
              proof.samples = earlier.samples;
              proof.path = earlier.path;
            }),
            kOtherLeaves)
      << "under the new challenge's name";
}

TEST_F(ForgedProofTest, OtherLeavesOfTheRightShardAreNotTaken) {
  const auto why = fault([&](auto& proof) {
    auto& sample = proof.samples[5];
    const auto index = (sample.leaves[0].index + 1) % 8;
    const auto& data = vault_.data()[sample.slot];
    const auto leaf = ByteView(data).subspan(index * kLeafSize, kLeafSize);
    sample = *make_sample(sample.slot, sample.shard, sample.size, crypto::merkle_leaves(data),
                          {{index, Bytes(leaf.begin(), leaf.end())}});
  });
  EXPECT_EQ(why, kOtherLeaves);
}

TEST_F(ForgedProofTest, ShardsMayNotBeLeftOutOrPutIn) {
  EXPECT_EQ(fault([&](auto& proof) { proof.samples.pop_back(); }), kOtherShards);
  const auto fewer = [&](wire::Proof& proof) {
    proof.samples.pop_back();
    std::vector<std::uint64_t> slots;
    std::vector<Digest> entries;
    for (const auto& sample : proof.samples) slots.push_back(sample.slot);
    for (const auto& entry : vault_.entries()) entries.push_back(wire::leaf_of(entry));
    proof.path = crypto::batch_path(entries, slots);
  };
  EXPECT_EQ(fault(fewer), kOtherLeaves);
}

TEST_F(ForgedProofTest, ShardsOfOtherSizesOrIdsAreNotOfTheAgreement) {
  EXPECT_EQ(fault([](auto& proof) { proof.samples[0].size = {16 * kLeafSize}; }), kOtherShards);
  EXPECT_EQ(fault([](auto& proof) { proof.samples[0].shard.bytes[0] ^= 1; }), kOtherShards);
  EXPECT_EQ(fault([](auto& proof) { proof.path.pop_back(); }), kOtherShards);
  EXPECT_EQ(fault([](auto& proof) { proof.path.emplace_back(); }), kOtherShards);
}

TEST_F(ForgedProofTest, AnotherNodesSignatureIsNotTaken) {
  const auto proof = vault_.prove(challenge_);
  const auto judgement =
      judge(challenge_, vault_.holder.public_key(), wire::encode_proof(proof, vault_.owner));
  EXPECT_FALSE(judgement.passed || judgement.is_from_holder);
  EXPECT_FALSE(judge(challenge_, vault_.holder.public_key(), {}).is_from_holder);
}

TEST_F(ForgedProofTest, AChainMayNotBeCutShortOrChosen) {
  challenge_ = vault_.challenge(wire::kChainSteps, AuditKind::chained);
  EXPECT_EQ(fault([](auto& proof) { proof.samples.pop_back(); }), kOtherShards);
  const auto cut = [&](wire::Proof& proof) {
    proof.samples.resize(3);
    std::vector<std::uint64_t> slots;
    std::vector<Digest> entries;
    for (const auto& sample : proof.samples) slots.push_back(sample.slot);
    for (const auto& entry : vault_.entries()) entries.push_back(wire::leaf_of(entry));
    proof.path = crypto::batch_path(entries, slots);
  };
  EXPECT_EQ(fault(cut), kOtherLeaves);
  EXPECT_EQ(fault([](auto& proof) { proof.samples[0].leaves[0].data[7] ^= 1; }), kOtherLeaves)
      << "the walk leads elsewhere";
}

TEST(MakeSample, NeedsTheShardsOwnBytesAndHashes) {
  Vault vault({8});
  const auto& entry = vault.entries()[0];
  const auto hashes = crypto::merkle_leaves(vault.data()[0]);
  const auto leaf = [&](std::uint32_t index) {
    const auto view = ByteView(vault.data()[0]).subspan(index * kLeafSize, kLeafSize);
    return wire::ProofSample::Leaf{index, Bytes(view.begin(), view.end())};
  };
  EXPECT_TRUE(make_sample(0, entry.id, entry.size, hashes, {leaf(1), leaf(6)}));
  auto rotten = leaf(1);
  rotten.data[100] ^= 1;
  EXPECT_FALSE(make_sample(0, entry.id, entry.size, hashes, {rotten}));
  auto wrong = hashes;
  wrong[7].bytes[0] ^= 1;
  EXPECT_FALSE(make_sample(0, entry.id, entry.size, wrong, {leaf(1)}));
  EXPECT_FALSE(make_sample(0, entry.id, entry.size, std::span(hashes).first(7), {leaf(1)}));
  EXPECT_FALSE(make_sample(0, entry.id, entry.size, {}, {leaf(1)}));
}

}  // namespace
}  // namespace mycostr::audit
