#include "reputation/score_book.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nodes.hpp"

namespace mycostr::reputation {
namespace {

using namespace std::chrono_literals;

class ScoreBookTest : public testing::Test {
 protected:
  ScoreBookTest() {
    book_.on_state_change = [this](const NodeId& id, NodeState from, NodeState to) {
      changes_.push_back({id, from, to});
    };
    book_.on_urgent = [this] { ++urgent_; };
  }
  void audit(std::uint32_t n, AuditOutcome outcome, int batches = 1) {
    for (int i = 0; i < batches; ++i, now_ += kPeriod) book_.record_audit(node(n), outcome, now_);
  }

  struct Change {
    NodeId node;
    NodeState from, to;
    bool operator==(const Change&) const = default;
  };
  ScoreBook book_{kPeriod};
  std::vector<Change> changes_;
  int urgent_ = 0;
  WallTime now_ = kNow;
};

TEST_F(ScoreBookTest, AnUnknownNodeIsNewAndWeighsATenth) {
  EXPECT_EQ(book_.find(node(1)), nullptr);
  EXPECT_EQ(book_.state_of(node(1)), NodeState::fresh);
  EXPECT_FALSE(book_.is_vetted(node(1)));
  EXPECT_EQ(book_.online_of(node(1)), 1);
  EXPECT_DOUBLE_EQ(book_.weight(node(1), 1, now_), 0.1);
  EXPECT_EQ(book_.explain(node(1), 1, now_).passes_needed, kVettedPasses);
  EXPECT_EQ(book_.table().size(), 0U) << "asking makes no entry";
}

TEST_F(ScoreBookTest, WeightIsTheFormula) {
  audit(1, AuditOutcome::passed, 24 * 30);
  audit(1, AuditOutcome::failed);
  for (int i = 0; i < 100; ++i) book_.record_window(node(1), i >= 10, now_);
  const auto at = now_ + std::chrono::days(15) - kPeriod;
  const auto integrity = 0.99;
  const auto online = 1 - 10.0 / 168;
  const auto expected = std::pow(integrity, 4) * std::pow(online, 2) * (0.1 + 0.9 * 0.25) * 0.5;
  EXPECT_NEAR(book_.weight(node(1), 3, at), expected, 1e-9);
  const auto told = book_.explain(node(1), 3, at);
  EXPECT_DOUBLE_EQ(told.weight, book_.weight(node(1), 3, at));
  EXPECT_NEAR(told.integrity, integrity, 1e-9);
  EXPECT_NEAR(told.online, online, 1e-9);
  EXPECT_NEAR(told.age, 0.25, 1e-9);
  EXPECT_EQ(told.colocation, 0.5);
  EXPECT_TRUE(told.vetted);
  EXPECT_EQ(told.passed, 720U);
  EXPECT_EQ(told.failed, 1U);
  EXPECT_EQ(told.windows, 100U);
  EXPECT_EQ(told.last_verdicts.size(), kKeptEvents);
  EXPECT_EQ(told.last_verdicts.back().kind, Event::Kind::failed);
}

TEST_F(ScoreBookTest, TellsOfEachChangeOfStateOnce) {
  audit(1, AuditOutcome::passed, 505);
  audit(1, AuditOutcome::failed, 7);
  EXPECT_EQ(changes_, (std::vector<Change>{{node(1), NodeState::fresh, NodeState::good},
                                           {node(1), NodeState::good, NodeState::suspended},
                                           {node(1), NodeState::suspended, NodeState::disqualified}}));
}

TEST_F(ScoreBookTest, OnlyWhatMustNotBeLostIsUrgent) {
  audit(1, AuditOutcome::passed, 10);
  audit(1, AuditOutcome::offline);
  book_.record_window(node(1), false, now_);
  book_.record_step(node(1), 3ms);
  EXPECT_EQ(urgent_, 0);
  audit(1, AuditOutcome::failed);
  EXPECT_EQ(urgent_, 1);
  book_.record_self_report(node(1), now_);
  EXPECT_EQ(urgent_, 2);
  audit(2, AuditOutcome::passed, 505);
  EXPECT_EQ(urgent_, 3) << "it is vetted now";
}

TEST_F(ScoreBookTest, SaysWhatItTakesToRecover) {
  audit(1, AuditOutcome::failed, 4);
  const auto suspended = book_.explain(node(1), 1, now_);
  EXPECT_EQ(suspended.state, NodeState::suspended);
  EXPECT_NE(suspended.to_recover.find(std::to_string(suspended.passes_needed) + " passed audits"),
            std::string::npos)
      << suspended.to_recover;
  audit(1, AuditOutcome::passed, static_cast<int>(suspended.passes_needed));
  EXPECT_EQ(book_.state_of(node(1)), NodeState::fresh);

  audit(1, AuditOutcome::passed, 600);
  EXPECT_TRUE(book_.explain(node(1), 1, now_).to_recover.empty());
  for (int i = 0; i < 20; ++i) book_.record_window(node(1), false, now_);
  EXPECT_NE(book_.explain(node(1), 1, now_).to_recover.find("online"), std::string::npos);
  audit(1, AuditOutcome::failed, 6);
  const auto lost = book_.explain(node(1), 1, now_);
  EXPECT_EQ(lost.passes_needed, 0U);
  EXPECT_NE(lost.to_recover.find("operator"), std::string::npos);
}

TEST_F(ScoreBookTest, TheOperatorMayReadmit) {
  audit(1, AuditOutcome::failed, 6);
  EXPECT_TRUE(book_.reset(node(1)));
  EXPECT_EQ(book_.state_of(node(1)), NodeState::fresh);
  EXPECT_EQ(changes_.back(), (Change{node(1), NodeState::disqualified, NodeState::fresh}));
  EXPECT_FALSE(book_.reset(node(1)));
}

TEST_F(ScoreBookTest, WindowsOfNodesNeverAuditedAreIgnored) {
  book_.record_window(node(1), false, now_);
  EXPECT_EQ(book_.table().size(), 0U);
}

TEST_F(ScoreBookTest, SlowStepsHalveTheWeightButNeverMore) {
  for (std::uint32_t n = 1; n <= 6; ++n) {
    audit(n, AuditOutcome::passed);
    for (int i = 0; i < 5; ++i) book_.record_step(node(n), n == 6 ? 200ms : 4ms * n);
  }
  const auto slow = book_.explain(node(6), 1, now_);
  EXPECT_TRUE(slow.slow_steps);
  EXPECT_EQ(slow.step, 200ms);
  EXPECT_LE(slow.typical_step, 20ms);
  EXPECT_NEAR(slow.weight, book_.weight(node(5), 1, now_) / 2, 1e-3);
  EXPECT_FALSE(book_.explain(node(5), 1, now_).slow_steps);
  EXPECT_EQ(slow.state, NodeState::fresh);
  for (int i = 0; i < 5; ++i) book_.record_step(node(6), 5ms);
  EXPECT_FALSE(book_.explain(node(6), 1, now_).slow_steps);
}

TEST_F(ScoreBookTest, AmongFewNodesNobodyIsSlow) {
  for (std::uint32_t n = 1; n <= 4; ++n) {
    audit(n, AuditOutcome::passed);
    for (int i = 0; i < 5; ++i) book_.record_step(node(n), n == 4 ? 900ms : 1ms);
  }
  EXPECT_FALSE(book_.explain(node(4), 1, now_).slow_steps);
}

TEST_F(ScoreBookTest, ForgetsAfterNinetyDaysWhoWasNotDisqualified) {
  audit(1, AuditOutcome::passed);
  audit(2, AuditOutcome::failed, 6);
  const auto later = now_ + std::chrono::days(91);
  book_.record_window(node(1), false, later);
  book_.drop_old(now_ + std::chrono::days(89));
  EXPECT_NE(book_.find(node(1)), nullptr);
  book_.drop_old(later);
  EXPECT_EQ(book_.find(node(1)), nullptr) << "being missed is no sign of life";
  EXPECT_EQ(book_.state_of(node(2)), NodeState::disqualified);
}

TEST_F(ScoreBookTest, RemembersWhoNeverAnswered) {
  audit(1, AuditOutcome::offline);
  book_.drop_old(now_);
  book_.record_window(node(1), true, now_);
  EXPECT_LT(book_.online_of(node(1)), 1) << "it answered probes, and not its audit";
  book_.drop_old(now_ + std::chrono::days(91));
  EXPECT_EQ(book_.find(node(1)), nullptr);
}

TEST_F(ScoreBookTest, NobodyPushesADisqualifiedNodeOut) {
  ScoreBook small(kPeriod, 3);
  for (int i = 0; i < 6; ++i) small.record_audit(node(1), AuditOutcome::failed, kNow);
  for (std::uint32_t n = 2; n < 20; ++n) small.record_audit(node(n), AuditOutcome::passed, kNow);
  EXPECT_EQ(small.table().size(), 3U);
  EXPECT_EQ(small.state_of(node(1)), NodeState::disqualified);
  EXPECT_NE(small.find(node(19)), nullptr);
  EXPECT_EQ(small.find(node(2)), nullptr);
  for (std::uint32_t n = 20; n < 25; ++n) {
    for (int i = 0; i < 6; ++i) small.record_audit(node(n), AuditOutcome::failed, kNow);
  }
  EXPECT_EQ(small.table().size(), 3U) << "bounded, even where all are bad";
}

}  // namespace
}  // namespace mycostr::reputation
