#include "audit/transcript.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "unit/audit/vault.hpp"

namespace mycostr::audit {
namespace {

using testing::Test;

class TranscriptTest : public Test {
 protected:
  Vault vault_{std::vector<std::uint32_t>(40, 2)};

  wire::Transcript passed() {
    const auto challenge = vault_.challenge(32);
    return vault_.transcript(vault_.prove(challenge));
  }
  static Finding of(const wire::Transcript& transcript) {
    return verify_transcript(wire::encode(transcript));
  }
  static bool says(const Finding& finding, std::string_view text) {
    return finding.text.find(text) != std::string::npos;
  }
};

TEST_F(TranscriptTest, OfAnHonestAnswerProvesIt) {
  const auto finding = of(passed());
  EXPECT_TRUE(finding.proves) << finding.text;
  EXPECT_TRUE(says(finding, "proved 32 leaves: it passed"));
  EXPECT_TRUE(says(finding, vault_.owner.id().hex()) && says(finding, vault_.holder.id().hex()));
}

/// tests/vectors/make_transcripts.py makes them after docs/protocol.md, with no code of this project.
TEST(Transcripts, OfAnotherImplementationProveWhatTheySay) {
  for (const auto* name : {"few", "many", "chained"}) {
    std::ifstream file(std::string(MYCOSTR_TEST_VECTORS) + "/transcript_" + name + ".bin", std::ios::binary);
    const Bytes bytes{std::istreambuf_iterator<char>(file), {}};
    const auto finding = verify_transcript(bytes);
    EXPECT_TRUE(finding.proves) << name << ": " << finding.text;
    EXPECT_NE(finding.text.find("it passed"), std::string::npos) << finding.text;
  }
}

TEST_F(TranscriptTest, OfALossProvesWhatWasLost) {
  const auto challenge = vault_.challenge(64);
  const auto finding = of(vault_.transcript(vault_.prove(challenge, {7})));
  EXPECT_TRUE(finding.proves);
  EXPECT_TRUE(says(finding, "lost shard " + vault_.entries()[7].id.hex()));
}

TEST_F(TranscriptTest, OfWrongBytesSpeaksAgainstWhoSignedThem) {
  vault_.rot(0, 0);
  const auto challenge = vault_.challenge(64);
  const auto finding = of(vault_.transcript(vault_.prove(challenge)));
  EXPECT_TRUE(finding.proves);
  EXPECT_TRUE(says(finding, "fails: wrong bytes of shard"));
}

TEST_F(TranscriptTest, AnOwnerCannotMakeUpAnAnswer) {
  const auto challenge = vault_.challenge(32);
  const auto proof = vault_.prove(challenge);
  auto forged = vault_.transcript(proof);
  forged.proof = wire::encode_proof(proof, vault_.owner);
  EXPECT_EQ(of(forged).text, "the proof is not signed by the holder for this challenge");
  forged.proof.clear();
  EXPECT_FALSE(of(forged).proves);
}

TEST_F(TranscriptTest, AnOwnerCannotJoinAnAnswerToAnotherChallenge) {
  const auto earlier = passed();
  auto later = passed();
  later.proof = earlier.proof;
  EXPECT_FALSE(of(later).proves);
}

TEST_F(TranscriptTest, AHolderCannotMakeUpAChallenge) {
  auto forged = passed();
  auto challenge = wire::decode_challenge(forged.challenge)->challenge;
  forged.challenge = wire::encode_challenge(challenge, vault_.holder);
  EXPECT_EQ(of(forged).text, "the challenge is not signed by the owner");
}

TEST_F(TranscriptTest, AllPartsAreOfOneAgreementAndRevision) {
  Vault other(std::vector<std::uint32_t>(40, 2), 2);
  const auto mixed = [&](auto part, const auto& from) {
    auto transcript = passed();
    transcript.*part = from;
    return of(transcript).proves;
  };
  EXPECT_FALSE(mixed(&wire::Transcript::revision, wire::encode(other.signed_revision)));
  auto later = vault_.revision;
  ++later.number;
  const auto signed_later =
      vault_.sign(wire::encode(later), wire::kRevisionPurpose, wire::kRevisionHolderPurpose);
  EXPECT_FALSE(mixed(&wire::Transcript::revision, wire::encode(signed_later)));
  auto elsewhere = vault_.revision;
  elsewhere.agreement.bytes[0] ^= 1;
  const auto signed_elsewhere =
      vault_.sign(wire::encode(elsewhere), wire::kRevisionPurpose, wire::kRevisionHolderPurpose);
  EXPECT_FALSE(mixed(&wire::Transcript::revision, wire::encode(signed_elsewhere)));
  auto half_signed = vault_.signed_revision;
  half_signed.holder_signature = half_signed.owner_signature;
  EXPECT_FALSE(mixed(&wire::Transcript::revision, wire::encode(half_signed)));
  EXPECT_FALSE(mixed(&wire::Transcript::terms, Bytes()));
}

TEST_F(TranscriptTest, NoDamageIsOverlooked) {
  const auto good = wire::encode(passed());
  test::SeededRandom random(5);
  for (int i = 0; i < 300; ++i) {
    auto bad = good;
    bad[random.below(bad.size())] ^= static_cast<std::uint8_t>(1 << random.below(8));
    const auto finding = verify_transcript(bad);
    EXPECT_FALSE(finding.proves) << finding.text;
  }
  for (int i = 0; i < 300; ++i) {
    EXPECT_FALSE(verify_transcript(ByteView(good).first(random.below(good.size()))).proves);
  }
}

}  // namespace
}  // namespace mycostr::audit
