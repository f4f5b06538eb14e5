#include "reputation/standing.hpp"

#include <gtest/gtest.h>

#include "nodes.hpp"
#include "support/local_request.hpp"
#include "support/memory_meta_store.hpp"
#include "support/started.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::reputation {
namespace {

using namespace std::chrono_literals;

crypto::Identity identity_of(std::uint8_t n) {
  crypto::Identity::Seed seed;
  seed.bytes.fill(n);
  return crypto::Identity(seed);
}

AgreementId agreement(std::uint8_t n) {
  AgreementId id;
  id.bytes.fill(n);
  return id;
}

class StandingTest : public testing::Test {
 protected:
  wire::Verdict verdict_of(const crypto::Identity& owner) const {
    wire::Verdict out;
    out.owner_key = owner.public_key();
    out.holder = self_;
    out.agreement = agreement(1);
    out.epoch = 7;
    out.outcome = AuditOutcome::passed;
    out.integrity_ppm = 1'000'000;
    out.online_ppm = 1'000'000;
    out.state = NodeState::good;
    out.at = clock_.wall_now();
    return out;
  }
  Result<PeerReply> tell(Bytes message, const crypto::Identity& from) {
    PeerCall call;
    call.operation = wire::operations::kTellVerdict;
    call.message = std::move(message);
    const test::LocalRequest request({from.id(), from.public_key()}, std::move(call));
    return standing_.handle_verdict(request);
  }
  Result<PeerReply> tell(const wire::Verdict& verdict, const crypto::Identity& from) {
    return tell(wire::encode_verdict(verdict, from), from);
  }
  Errc refusal(const wire::Verdict& verdict) { return tell(verdict, owner_).error().code; }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::MemoryMetaStore store_;
  const NodeId self_ = node(99);
  const crypto::Identity owner_ = identity_of(1);
  static bool has_agreement(const NodeId&, const AgreementId& id) { return id == agreement(1); }
  Standing standing_{clock_, store_, self_, has_agreement};
};

TEST_F(StandingTest, ListsTheNewestWordOfEachOwner) {
  auto verdict = verdict_of(owner_);
  ASSERT_TRUE(tell(verdict, owner_));
  clock_.run_for(1h);
  verdict.at = clock_.wall_now();
  verdict.epoch = 8;
  verdict.integrity_ppm = 990'000;
  verdict.online_ppm = 940'000;
  ASSERT_TRUE(tell(verdict, owner_));
  ASSERT_TRUE(tell(verdict, owner_)) << "a repeat";
  const auto other = identity_of(2);
  ASSERT_TRUE(tell(verdict_of(other), other));

  const auto list = standing_.list();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_LT(list[0].owner, list[1].owner);
  const auto& word = list[0].owner == owner_.id() ? list[0] : list[1];
  EXPECT_EQ(word.verdict, verdict);
  EXPECT_NEAR(word.to_suspension, 0.01, 1e-9);
  EXPECT_NEAR(word.to_disqualification, 0.04, 1e-9);
  EXPECT_NEAR(word.to_no_new_data, -0.01, 1e-9);
  EXPECT_NEAR(word.to_lost, 0.34, 1e-9);
}

TEST_F(StandingTest, HearsOnlyOwnersThatItKeepsShardsOf) {
  const auto good = verdict_of(owner_);
  EXPECT_EQ(tell(Bytes{1, 2, 3}, owner_).error().code, Errc::invalid);
  EXPECT_EQ(tell(wire::encode_verdict(good, identity_of(2)), owner_).error().code, Errc::invalid);
  EXPECT_EQ(tell(wire::encode_verdict(good, owner_), identity_of(2)).error().code, Errc::forbidden);
  auto changed = good;
  changed.holder = node(1);
  EXPECT_EQ(refusal(changed), Errc::forbidden);
  changed = good;
  changed.agreement = agreement(2);
  EXPECT_EQ(refusal(changed), Errc::forbidden);
  changed = good;
  changed.at += 11min;
  EXPECT_EQ(refusal(changed), Errc::conflict);
  ASSERT_TRUE(tell(good, owner_));
  changed = good;
  changed.at -= 1ms;
  EXPECT_EQ(refusal(changed), Errc::conflict) << "a replay";
  EXPECT_EQ(standing_.list().size(), 1U);
}

TEST_F(StandingTest, WarnsBeforeACutOffAndOnlyThen) {
  auto verdict = verdict_of(owner_);
  verdict.integrity_ppm = 985'100;
  verdict.online_ppm = 961'000;
  ASSERT_TRUE(tell(verdict, owner_));
  EXPECT_TRUE(standing_.warnings().empty());
  verdict.integrity_ppm = 984'000;
  ASSERT_TRUE(tell(verdict, owner_));
  ASSERT_EQ(standing_.warnings().size(), 1U);
  EXPECT_NE(standing_.warnings()[0].find("0.984"), std::string::npos) << standing_.warnings()[0];
  verdict.integrity_ppm = 1'000'000;
  verdict.online_ppm = 955'000;
  ASSERT_TRUE(tell(verdict, owner_));
  EXPECT_EQ(standing_.warnings().size(), 1U);
  clock_.run_for(std::chrono::days(8));
  EXPECT_TRUE(standing_.warnings().empty()) << "an owner that is gone";
  EXPECT_EQ(standing_.list().size(), 1U);
}

TEST_F(StandingTest, TheWorstWarningsComeFirst) {
  for (std::uint8_t n = 1; n <= 15; ++n) {
    const auto owner = identity_of(n);
    auto verdict = verdict_of(owner);
    verdict.integrity_ppm = 970'000 + 100U * n;
    ASSERT_TRUE(tell(verdict, owner));
  }
  const auto warnings = standing_.warnings();
  ASSERT_EQ(warnings.size(), 10U);
  EXPECT_NE(warnings.front().find("0.9701"), std::string::npos) << warnings.front();
}

TEST_F(StandingTest, SurvivesARestartAndForgetsAfterNinetyDays) {
  ASSERT_TRUE(clock_.run(standing_.open()));
  test::Started running(loop_, standing_.run());
  ASSERT_TRUE(tell(verdict_of(owner_), owner_));
  clock_.run_for(60s);
  ASSERT_EQ(store_.rows().size(), 1U);
  WriteBatch bad;
  bad.put("v/" + std::string(node(5).text()), "no verdict");
  store_.apply(std::move(bad));

  Standing again(clock_, store_, self_, has_agreement);
  ASSERT_TRUE(clock_.run(again.open()));
  ASSERT_EQ(again.list().size(), 1U);
  EXPECT_EQ(again.list()[0].verdict, standing_.list()[0].verdict);
  EXPECT_EQ(store_.rows().size(), 1U);

  clock_.shift_wall(std::chrono::days(91));
  clock_.run_for(1h + 60s);
  EXPECT_TRUE(standing_.list().empty());
  EXPECT_TRUE(store_.rows().empty());
  running.cancel();
  clock_.run();
  EXPECT_TRUE(running.was_cancelled());
}

}  // namespace
}  // namespace mycostr::reputation
