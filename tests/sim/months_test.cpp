#include <gtest/gtest.h>

#include <cstdio>

#include "sim/months.hpp"

namespace mycostr::sim {
namespace {

using namespace std::chrono_literals;

double hours(Duration duration) {
  return to_seconds(duration) / 3600;
}

void expect_no_complaints(const MonthsReport& report, std::uint64_t seed) {
  for (const auto& complaint : report.complaints) ADD_FAILURE() << "seed " << seed << ": " << complaint;
}

/// As many nodes, files and days as the promise is made for; audits every twelve hours instead of every hour,
/// for the sake of the time it takes: what dies is found by its silence.
TEST(Months, NoFileIsLostWhileNodesDie) {
  constexpr std::uint64_t kSeed = 1;
  const MonthsSettings settings{.nodes = 200, .owners = 2, .files = 2000, .days = 30, .audit_period = 12h};
  const auto report = run_months(settings, kSeed);
  std::printf("30 days, seed %llu: %zu nodes died, %zu copies made, the slowest %.1f h after; %zu audits\n",
              static_cast<unsigned long long>(kSeed), report.deaths, report.repaired,
              hours(report.slowest_repair), report.audits);
  expect_no_complaints(report, kSeed);
  EXPECT_EQ(report.files_lost, 0);
  EXPECT_EQ(report.honest_disqualified, 0);
  EXPECT_LE(report.slowest_repair, report.promised_repair);
  EXPECT_GE(report.deaths, 110);
  EXPECT_GE(report.repaired, report.deaths);
  EXPECT_GT(report.audits, 12'000);
}

TEST(Months, RotIsFoundAndMended) {
  MonthsSettings settings{.nodes = 20, .owners = 1, .files = 200, .days = 8, .lost_per_day = 0};
  settings.rot_per_day = 0.01;
  const auto report = run_months(settings, 2);
  std::printf("8 days: %zu shards rotted, %zu copies made\n", report.rotted, report.repaired);
  expect_no_complaints(report, 2);
  EXPECT_GE(report.rotted, 20);
  EXPECT_GE(report.repaired, report.rotted * 9 / 10);
}

TEST(Months, CheatersAreFound) {
  MonthsSettings settings{.nodes = 20, .owners = 1, .files = 2000, .days = 2, .lost_per_day = 0};
  settings.owners_restart = false;
  settings.cheaters = {
      {3, {.drops = 0.01}}, {7, {.drops = 0.1}}, {11, {.drops = 0.667}}, {15, {.slowness = 3000}}};
  const auto report = run_months(settings, 3);
  expect_no_complaints(report, 3);
  EXPECT_EQ(report.found.size(), settings.cheaters.size());
  for (const auto& [node, after] : report.found) {
    std::printf("cheater %zu: found after %.0f h\n", node, hours(after));
    EXPECT_LE(after, 24h) << node;
  }
  EXPECT_EQ(report.honest_disqualified, 0);
}

TEST(Months, APartitionCausesNoStormOfRepairs) {
  MonthsSettings settings{.nodes = 30, .owners = 1, .files = 200, .days = 3, .lost_per_day = 0};
  settings.partition_day = 1;
  settings.owners_restart = false;
  const auto report = run_months(settings, 4);
  expect_no_complaints(report, 4);
  EXPECT_EQ(report.repaired_in_partition, 0);
  EXPECT_EQ(report.honest_disqualified, 0);
}

TEST(Months, AreTheSameForTheSameSeed) {
  MonthsSettings settings{.nodes = 12, .owners = 1, .files = 20, .days = 2, .lost_per_day = 0.05};
  const auto first = run_months(settings, 5);
  const auto again = run_months(settings, 5);
  EXPECT_EQ(first.trace, again.trace);
  EXPECT_NE(first.trace, run_months(settings, 6).trace);
}

}  // namespace
}  // namespace mycostr::sim
