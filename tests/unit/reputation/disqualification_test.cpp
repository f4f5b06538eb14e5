// How long holders that lost data last: the table in docs/reputation.md, simulated anew.
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <random>

#include "nodes.hpp"
#include "reputation/score.hpp"

namespace mycostr::reputation {
namespace {

constexpr int kLeavesPerBatch = 64;
constexpr int kBatches = 30 * 24;
constexpr int kRuns = 1000;

struct Figures {
  int disqualified = 0;   ///< of kRuns
  int suspended = 0;      ///< at some time
  double mean_hours = 0;  ///< until disqualification, of those
};

Figures simulate(double loss) {
  std::mt19937_64 random(42);
  std::bernoulli_distribution fails(1 - std::pow(1 - loss, kLeavesPerBatch));
  Figures out;
  int hours = 0;
  for (int run = 0; run < kRuns; ++run) {
    Score score;
    bool was_suspended = false;
    int hour = 0;
    while (hour < kBatches && !score.disqualified) {
      const auto outcome = fails(random) ? AuditOutcome::failed : AuditOutcome::passed;
      score.add_audit(outcome, kNow + hour * kPeriod, kPeriod);
      was_suspended = was_suspended || score.state() == NodeState::suspended;
      ++hour;
    }
    if (was_suspended) ++out.suspended;
    if (!score.disqualified) continue;
    ++out.disqualified;
    hours += hour;
  }
  if (out.disqualified > 0) out.mean_hours = static_cast<double>(hours) / out.disqualified;
  std::cout << "loss " << loss << ": of " << kRuns << " disqualified " << out.disqualified << ", after "
            << out.mean_hours << " h; suspended " << out.suspended << '\n';
  return out;
}

TEST(Disqualification, AnHonestHolderWithARareRottenLeafStays) {
  EXPECT_EQ(simulate(0).suspended, 0);
  EXPECT_EQ(simulate(1e-4).disqualified, 0);
}

TEST(Disqualification, ComesTheSoonerTheMoreIsLost) {
  const auto little = simulate(5e-4);
  EXPECT_NEAR(little.disqualified, 700, 60);
  const auto more = simulate(1e-3);
  EXPECT_GT(more.disqualified, kRuns - 5);
  EXPECT_NEAR(more.mean_hours, 144, 20);
  const auto much = simulate(0.01);
  EXPECT_EQ(much.disqualified, kRuns);
  EXPECT_NEAR(much.mean_hours, 12.5, 1);
}

TEST(Disqualification, OfWhoLostAllTakesSixHours) {
  const auto all = simulate(1);
  EXPECT_EQ(all.disqualified, kRuns);
  EXPECT_EQ(all.mean_hours, 6);
}

}  // namespace
}  // namespace mycostr::reputation
