// Months and years of a network of whole nodes, in the simulator: what is too long for every test run.
//
// usage: bench_months [NODES [FILES [DAYS [OWNERS [AUDIT_HOURS [SEED]]]]]]    (1000 5000 365 2 24 1)
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

#include "sim/months.hpp"

int main(int argc, char** argv) {
  const auto number = [&](int at, std::uint64_t otherwise) {
    return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
  };
  mycostr::sim::MonthsSettings settings;
  settings.nodes = number(1, 1000);
  settings.files = number(2, 5000);
  settings.days = static_cast<int>(number(3, 365));
  settings.owners = number(4, 2);
  settings.audit_period = std::chrono::hours(number(5, 24));
  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [&] { return mycostr::to_seconds(std::chrono::steady_clock::now() - began); };
  const auto each_month = [&](int day, const mycostr::sim::MonthsReport& so_far) {
    if ((day + 1) % 30 != 0) return;
    fmt::print("day {}: {} died, {} copies made; {:.0f} s\n", day + 1, so_far.deaths, so_far.repaired,
               seconds());
    std::fflush(stdout);
  };
  const auto report = mycostr::sim::run_months(settings, number(6, 1), each_month);
  const auto hours = [](mycostr::Duration duration) { return mycostr::to_seconds(duration) / 3600; };
  fmt::print(
      "{} nodes, {} files, {} days: {} died, {} copies made, the slowest {:.1f} h after; {} audits; "
      "{} files lost; {} honest ones disqualified; {:.0f} s\n",
      settings.nodes, settings.files, settings.days, report.deaths, report.repaired,
      hours(report.slowest_repair), report.audits, report.files_lost, report.honest_disqualified, seconds());
  for (const auto& complaint : report.complaints) fmt::print("{}\n", complaint);
  return report.complaints.empty() ? 0 : 1;
}
