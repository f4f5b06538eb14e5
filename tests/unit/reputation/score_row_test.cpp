#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "nodes.hpp"
#include "reputation/score.hpp"

namespace mycostr::reputation {
namespace {

using namespace std::chrono_literals;

Score some_score() {
  Score score;
  for (int i = 0; i < 30; ++i) {
    score.add_audit(i % 7 == 3 ? AuditOutcome::failed : AuditOutcome::passed, kNow + i * kPeriod, kPeriod);
    score.add_window(i % 5 != 0, kNow + i * kPeriod);
  }
  score.add_audit(AuditOutcome::offline, kNow + 40h, kPeriod);
  score.add_self_report(kNow + 41h, kPeriod);
  score.add_step(3ms);
  score.add_step(5ms);
  score.vetted = true;
  return score;
}

void expect_same(const Score& a, const Score& b) {
  EXPECT_EQ(a.alpha, b.alpha);
  EXPECT_EQ(a.beta, b.beta);
  EXPECT_EQ(a.passed, b.passed);
  EXPECT_EQ(a.failed, b.failed);
  EXPECT_EQ(a.first_audit, b.first_audit);
  EXPECT_EQ(a.last_failed, b.last_failed);
  EXPECT_EQ(a.last_report, b.last_report);
  EXPECT_EQ(a.last_heard, b.last_heard);
  EXPECT_EQ(a.vetted, b.vetted);
  EXPECT_EQ(a.disqualified, b.disqualified);
  EXPECT_EQ(a.missed_an_audit, b.missed_an_audit);
  EXPECT_EQ(a.windows, b.windows);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.steps, b.steps);
}

TEST(ScoreRow, ComesBackAsItWas) {
  const auto score = some_score();
  ASSERT_TRUE(score.missed_an_audit && score.last_failed && score.last_report);
  const auto back = decode_score(as_bytes(encode(score)));
  ASSERT_TRUE(back);
  expect_same(*back, score);
}

TEST(ScoreRow, OfANodeOfWhichNothingIsKnown) {
  const auto back = decode_score(as_bytes(encode(Score())));
  ASSERT_TRUE(back);
  expect_same(*back, Score());
}

TEST(ScoreRow, ADisqualifiedNodeStaysOne) {
  Score score;
  for (int i = 0; i < 500; ++i) score.add_audit(AuditOutcome::failed, kNow, kPeriod);
  const auto back = decode_score(as_bytes(encode(score)));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->state(), NodeState::disqualified);
  expect_same(*back, score);
}

TEST(ScoreRow, RefusesOtherLengthsAndVersions) {
  const auto row = encode(some_score());
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(decode_score(as_bytes(row).first(size))) << size;
  }
  EXPECT_FALSE(decode_score(as_bytes(row + '\0')));
  auto other = row;
  other[0] = 2;
  EXPECT_FALSE(decode_score(as_bytes(other)));
}

TEST(ScoreRow, RefusesNumbersBeyondReason) {
  const auto row = encode(some_score());
  const auto with = [&](std::size_t at, std::uint64_t value) {
    std::string number;
    append_be64(number, value);
    auto changed = row;
    changed.replace(at, 8, number);
    return decode_score(as_bytes(changed)).has_value();
  };
  constexpr std::size_t kNumbers = 8;
  for (std::size_t field = 0; field < kNumbers; ++field) {
    EXPECT_FALSE(with(1 + field * 8, UINT64_MAX)) << field;
  }
  EXPECT_TRUE(with(1, std::bit_cast<std::uint64_t>(70.0)));
  for (const auto value : {-1.0, 1e9, std::numeric_limits<double>::infinity(), std::nan("")}) {
    EXPECT_FALSE(with(1, std::bit_cast<std::uint64_t>(value))) << value;
  }
  const auto flags = 1 + kNumbers * 8;
  for (std::size_t at = flags; at < row.size(); at += 8) {
    if (at + 8 <= row.size()) with(at, UINT64_MAX);  // Whatever it says, it ends.
  }
}

TEST(ScoreRow, ANodeThatIsNeitherGoodNorBadIsNone) {
  Score nothing;
  nothing.alpha = 0;
  nothing.beta = 0;
  EXPECT_FALSE(decode_score(as_bytes(encode(nothing))));
}

}  // namespace
}  // namespace mycostr::reputation
