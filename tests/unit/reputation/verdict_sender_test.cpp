#include "reputation/verdict_sender.hpp"

#include <gtest/gtest.h>

#include "nodes.hpp"
#include "support/started.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::reputation {
namespace {

using namespace std::chrono_literals;

/// Takes half a second for each call, and keeps what was said.
class SlowTransport final : public Transport {
 public:
  explicit SlowTransport(Clock& clock) : clock_(clock) {}
  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits) override {
    most_at_once = std::max(most_at_once, ++at_once);
    co_await clock_.sleep_for(500ms);
    --at_once;
    called.push_back(*to.id);
    if (is_down) co_return fail(Errc::unreachable, "nobody is there");
    EXPECT_EQ(call.operation, "audits/verdict");
    const auto verdict = wire::decode_verdict(call.message);
    EXPECT_TRUE(verdict);
    if (verdict) told.push_back(*verdict);
    co_return PeerReply();
  }
  void serve(PeerHandler&) override {}
  std::size_t connection_count() const override { return 0; }

  std::vector<NodeId> called;
  std::vector<wire::Verdict> told;
  std::size_t at_once = 0;
  std::size_t most_at_once = 0;
  bool is_down = false;

 private:
  Clock& clock_;
};

class VerdictSenderTest : public testing::Test {
 protected:
  AuditReport report(std::uint32_t n, AuditOutcome outcome = AuditOutcome::passed) {
    book_.record_audit(node(n), outcome, clock_.wall_now());
    AuditReport out{.holder = node(n), .outcome = outcome, .at = clock_.wall_now()};
    out.agreement.bytes[0] = static_cast<std::uint8_t>(n);
    out.agreement.bytes[1] = static_cast<std::uint8_t>(n >> 8);
    return out;
  }
  std::optional<PeerAddress> address_of(const NodeId& id) {
    if (id == node(404)) return std::nullopt;
    return PeerAddress{id, {}};
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  const crypto::Identity owner_{crypto::Identity::Seed{}};
  ScoreBook book_{kPeriod};
  SlowTransport transport_{clock_};
  VerdictSender sender_{loop_.get_executor(), transport_, owner_, book_,
                        [this](const NodeId& id) { return address_of(id); }};
};

TEST_F(VerdictSenderTest, TellsTheHolderItsScores) {
  test::Started running(loop_, sender_.run());
  auto failed = report(1, AuditOutcome::failed);
  failed.epoch = 12;
  failed.serial = 3;
  sender_.send(failed);
  clock_.run_for(1s);
  ASSERT_EQ(transport_.told.size(), 1U);
  const auto& told = transport_.told[0];
  EXPECT_EQ(told.owner(), owner_.id());
  EXPECT_EQ(told.holder, node(1));
  EXPECT_EQ(told.agreement, failed.agreement);
  EXPECT_EQ(told.epoch, 12U);
  EXPECT_EQ(told.serial, 3U);
  EXPECT_EQ(told.outcome, AuditOutcome::failed);
  EXPECT_EQ(told.integrity_ppm, 990'000U);
  EXPECT_EQ(told.online_ppm, 1'000'000U);
  EXPECT_EQ(told.state, NodeState::fresh);
  EXPECT_EQ(told.at, failed.at);
  running.cancel();
  clock_.run();
  EXPECT_TRUE(running.ended());
}

TEST_F(VerdictSenderTest, WhoIsAwayOrUnknownIsNotTold) {
  test::Started running(loop_, sender_.run());
  sender_.send(report(1, AuditOutcome::offline));
  sender_.send(report(2, AuditOutcome::unknown));
  sender_.send(report(404));
  AuditReport never_audited;
  never_audited.holder = node(3);
  never_audited.outcome = AuditOutcome::passed;
  sender_.send(never_audited);
  clock_.run_for(1s);
  EXPECT_TRUE(transport_.called.empty());
  EXPECT_EQ(sender_.waiting(), 0U);
  running.cancel();
  clock_.run();
}

TEST_F(VerdictSenderTest, OneThatFailsIsNotRepeatedAndStopsNobody) {
  test::Started running(loop_, sender_.run());
  transport_.is_down = true;
  sender_.send(report(1));
  clock_.run_for(10s);
  transport_.is_down = false;
  sender_.send(report(2));
  clock_.run_for(10s);
  EXPECT_EQ(transport_.called, (std::vector{node(1), node(2)}));
  running.cancel();
  clock_.run();
}

TEST_F(VerdictSenderTest, QueueAndCallsAreBounded) {
  const auto count = static_cast<std::uint32_t>(kMaxVerdictsWaiting) + 50;
  for (std::uint32_t n = 1000; n < 1000 + count; ++n) sender_.send(report(n));
  EXPECT_EQ(sender_.waiting(), kMaxVerdictsWaiting);
  sender_.send(report(1000 + count - 1));
  EXPECT_EQ(sender_.waiting(), kMaxVerdictsWaiting) << "the newer word replaces the older";
  test::Started running(loop_, sender_.run());
  clock_.run_for(10min);
  EXPECT_EQ(transport_.told.size(), kMaxVerdictsWaiting);
  EXPECT_EQ(transport_.told.front().holder, node(1050)) << "the oldest were dropped";
  EXPECT_EQ(transport_.most_at_once, kVerdictsAtOnce);
  running.cancel();
  clock_.run();
}

TEST_F(VerdictSenderTest, EndsInTheMiddleOfACall) {
  test::Started running(loop_, sender_.run());
  sender_.send(report(1));
  clock_.run_for(100ms);
  running.cancel();
  clock_.run();
  EXPECT_TRUE(running.ended());
  EXPECT_TRUE(transport_.told.empty());
}

}  // namespace
}  // namespace mycostr::reputation
