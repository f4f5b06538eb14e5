#include "audit/transcript.hpp"
#include "unit/audit/parties.hpp"

namespace mycostr::audit {
namespace {

using namespace std::chrono_literals;

class ProverTest : public testing::Test {
 protected:
  Parties parties_{std::vector<std::uint32_t>(300, 4)};

  Result<Bytes> ask(std::uint32_t serial = 0) {
    return parties_.ask(parties_.signed_by_owner(parties_.challenge(serial)));
  }
  Errc refusal(std::function<void(wire::Challenge&)> change) {
    auto challenge = parties_.challenge();
    change(challenge);
    const auto reply = parties_.ask(parties_.signed_by_owner(challenge));
    return reply ? Errc::internal : reply.error().code;
  }
  Judgement judged(const wire::Challenge& challenge) {
    const auto encoded = parties_.signed_by_owner(challenge);
    const auto proof = parties_.ask(encoded);
    if (!proof) return {false, false, {}, 0, to_string(proof.error())};
    return judge(*wire::decode_challenge(encoded), parties_.vault.holder.public_key(), *proof);
  }
  ShardKey key(std::size_t slot) const {
    return {parties_.vault.owner.id(), parties_.vault.entries()[slot].id};
  }
  std::string leaf_row(std::size_t slot) const {
    return "t/" + std::string(key(slot).owner.text()) + std::string(key(slot).shard.text());
  }
  wire::Challenge of_kind(wire::AuditKind kind, std::uint32_t count) const {
    auto challenge = parties_.challenge(0, count);
    challenge.kind = kind;
    return challenge;
  }
};

TEST_F(ProverTest, ProvesWhatItKeeps) {
  const auto judgement = judged(parties_.challenge(0, 64));
  EXPECT_TRUE(judgement.passed) << judgement.why;
  EXPECT_EQ(judgement.leaves, 64U);
  EXPECT_TRUE(parties_.bad_shards.empty());
}

TEST_F(ProverTest, ReadsTheLeavesAskedForAndNoMore) {
  ASSERT_TRUE(judged(parties_.challenge(0, 64)).passed);
  EXPECT_EQ(parties_.chunks.bytes, 64 * kLeafSize);
  EXPECT_EQ(parties_.chunks.whole, 0U);
  EXPECT_GT(parties_.chunks.at_once, 32U);
}

TEST_F(ProverTest, WalksChains) {
  const auto judgement = judged(of_kind(wire::AuditKind::chained, wire::kChainSteps));
  EXPECT_TRUE(judgement.passed) << judgement.why;
}

TEST_F(ProverTest, MakesMissingLeafHashesAnew) {
  WriteBatch batch;
  for (std::size_t slot = 0; slot < 300; ++slot) batch.erase(leaf_row(slot));
  parties_.holder_meta.apply(std::move(batch));
  EXPECT_TRUE(judged(parties_.challenge(0, 32)).passed);
  EXPECT_EQ(parties_.chunks.whole, 32U);
  EXPECT_TRUE(judged(parties_.challenge(1, 32)).passed);
  const auto rows = parties_.holder_meta.rows();
  EXPECT_EQ(std::ranges::count_if(rows, [](const auto& row) { return row.first.starts_with("t/"); }),
            static_cast<std::ptrdiff_t>(parties_.chunks.whole));
}

TEST_F(ProverTest, WrongLeafHashesDoNoHarm) {
  WriteBatch batch;
  for (std::size_t slot = 0; slot < 300; ++slot)
    batch.put(leaf_row(slot), std::string(4 * 32, slot % 2 ? 'x' : '\0'));
  parties_.holder_meta.apply(std::move(batch));
  EXPECT_TRUE(judged(parties_.challenge(0, 64)).passed);
}

TEST_F(ProverTest, SaysWhatItHasLost) {
  parties_.clock.run(parties_.disk.remove({key(0), key(1), key(2), key(3)}));
  for (int i = 4; i < 150; ++i) parties_.disk.rot(key(static_cast<std::size_t>(i)));
  std::set<ShardId> gone;
  for (std::size_t i = 0; i < 150; ++i) gone.insert(key(i).shard);
  const auto judgement = judged(parties_.challenge(0, 64));
  EXPECT_TRUE(judgement.is_from_holder) << judgement.why;
  EXPECT_FALSE(judgement.lost.empty());
  for (const auto& shard : judgement.lost) EXPECT_TRUE(gone.contains(shard));
  EXPECT_EQ(parties_.bad_shards, judgement.lost);
}

TEST_F(ProverTest, AChainEndsAtALostShard) {
  for (std::size_t i = 0; i < 300; ++i) parties_.disk.rot(key(i));
  const auto judgement = judged(of_kind(wire::AuditKind::chained, wire::kChainSteps));
  EXPECT_TRUE(judgement.is_from_holder) << judgement.why;
  EXPECT_FALSE(judgement.passed);
  EXPECT_LE(judgement.lost.size(), 1U) << "rot of a leaf that was not asked for is not seen";
}

TEST_F(ProverTest, ADiskThatFailsLosesNothing) {
  parties_.chunks.is_broken = true;
  EXPECT_EQ(ask().error().code, Errc::io);
  EXPECT_TRUE(parties_.bad_shards.empty());
  parties_.chunks.is_broken = false;
  EXPECT_TRUE(ask()) << "the same may be asked again";
}

TEST_F(ProverTest, AnswersTheOwnerOnly) {
  const auto challenge = parties_.challenge();
  EXPECT_EQ(parties_.ask_as(identity_of(9), wire::encode_challenge(challenge, identity_of(9))).error().code,
            Errc::forbidden);
  EXPECT_EQ(parties_.ask_as(identity_of(9), parties_.signed_by_owner(challenge)).error().code,
            Errc::forbidden)
      << "replayed by somebody else";
  EXPECT_EQ(parties_.ask(wire::encode_challenge(challenge, identity_of(9))).error().code, Errc::forbidden);
  EXPECT_EQ(parties_.ask({}).error().code, Errc::invalid);
}

TEST_F(ProverTest, AnswersForItsOwnRevisionOnly) {
  EXPECT_EQ(refusal([](auto& c) { ++c.revision; }), Errc::conflict);
  EXPECT_EQ(refusal([](auto& c) { c.root.bytes[0] ^= 1; }), Errc::conflict);
  EXPECT_EQ(refusal([](auto& c) { ++c.shards; }), Errc::conflict);
  EXPECT_EQ(refusal([](auto& c) { c.agreement.bytes[0] ^= 1; }), Errc::not_found);
}

TEST_F(ProverTest, RefusesEpochsThatAreNotNow) {
  EXPECT_EQ(refusal([](auto& c) { c.epoch += 2; }), Errc::forbidden);
  EXPECT_EQ(refusal([](auto& c) { c.epoch -= 9; }), Errc::forbidden);
  auto contained = parties_.challenge();
  contained.epoch -= 8;
  EXPECT_TRUE(parties_.ask(parties_.signed_by_owner(contained))) << "what is asked again for six hours";
  auto ahead = parties_.challenge();
  ahead.epoch += 1;
  EXPECT_TRUE(parties_.ask(parties_.signed_by_owner(ahead))) << "clocks differ";
}

TEST_F(ProverTest, RefusesWhatIsNotNewerThanWhatItAnswered) {
  ASSERT_TRUE(ask(3));
  EXPECT_EQ(ask(2).error().code, Errc::forbidden);
  auto same_number = parties_.challenge(3);
  same_number.nonce.bytes[0] ^= 1;
  EXPECT_EQ(parties_.ask(parties_.signed_by_owner(same_number)).error().code, Errc::forbidden)
      << "an owner may not look for leaves it likes";
  parties_.restart_holder();
  EXPECT_EQ(ask(2).error().code, Errc::forbidden) << "also after a restart";
  EXPECT_TRUE(ask(4));
}

TEST_F(ProverTest, AnswersTheSameAgainAFewTimes) {
  const auto first = ask();
  ASSERT_TRUE(first);
  for (std::uint32_t i = 1; i < Prover::kMaxRepeats; ++i) EXPECT_EQ(ask().value(), *first);
  EXPECT_EQ(ask().error().code, Errc::forbidden);
}

TEST_F(ProverTest, MakesOneProofOfAnAgreementAtATime) {
  const auto encoded = parties_.signed_by_owner(parties_.challenge());
  test::LocalRequest one({parties_.vault.owner.id(), parties_.vault.owner.public_key()},
                         {wire::operations::kChallenge, encoded, {}});
  std::vector<Result<PeerReply>> replies(2);
  struct Ask {
    static Task<> into(Result<PeerReply>& out, Prover& prover, PeerRequest& request) {
      out = co_await prover.handle_challenge(request);
    }
  };
  std::vector<Task<>> tasks;
  for (auto& reply : replies) tasks.push_back(Ask::into(reply, parties_.holder->prover, one));
  parties_.clock.run(async::run_all(parties_.loop.get_executor(), "test", std::move(tasks)));
  EXPECT_TRUE(replies[0]);
  EXPECT_EQ(replies[1].error().code, Errc::overloaded);
}

TEST_F(ProverTest, KeepsATranscriptThatProvesItsAnswer) {
  ASSERT_TRUE(ask());
  const auto records = parties_.holder->log.list({});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].role, agreement::Role::holder);
  EXPECT_EQ(records[0].outcome, Outcome::passed);
  EXPECT_EQ(records[0].leaves, 32U);
  const auto transcript = parties_.clock.run(parties_.holder->log.transcript(records[0].id));
  ASSERT_TRUE(transcript);
  const auto finding = verify_transcript(*transcript);
  EXPECT_TRUE(finding.proves) << finding.text;
}

}  // namespace
}  // namespace mycostr::audit
