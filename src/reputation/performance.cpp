#include "reputation/performance.hpp"

#include <algorithm>
#include <cmath>

namespace mycostr::reputation {
namespace {

constexpr Duration kOutcomeHalfLife = std::chrono::days(7);
constexpr Duration kThroughputHalfLife = std::chrono::hours(1);
/// What a coarse clock calls no time at all.
constexpr Duration kShortestTransfer = std::chrono::microseconds(1);
/// No transfer is shorter (kShortestTransfer), but a row from disk may say anything.
constexpr double kLeastSeconds = 1e-9;

}  // namespace

void MinRtt::add(Duration rtt) {
  if (rtt <= Duration::zero()) return;
  samples_[count_++ % kSamples] = rtt;
}

std::optional<Duration> MinRtt::minimum() const {
  if (count_ == 0) return std::nullopt;
  return *std::min_element(samples_.begin(),
                           samples_.begin() + static_cast<long>(std::min(count_, kSamples)));
}

double DecayingCount::at_time(WallTime now, Duration half_life) const {
  if (now <= at) return value;
  return value * std::exp2(-to_seconds(now - at) / to_seconds(half_life));
}

void DecayingCount::add(double amount, WallTime now, Duration half_life) {
  value = at_time(now, half_life) + amount;
  at = std::max(at, now);
}

void Throughput::add(std::uint64_t transferred, Duration duration, WallTime now) {
  bytes.add(static_cast<double>(transferred), now, kThroughputHalfLife);
  seconds.add(to_seconds(std::max(duration, kShortestTransfer)), now, kThroughputHalfLife);
}

std::optional<double> Throughput::bytes_per_second() const {
  // Both were last changed at the same moment, and decay alike.
  if (seconds.value < kLeastSeconds) return std::nullopt;
  return bytes.value / seconds.value;
}

void Performance::add_outcome(bool ok, WallTime now) {
  (ok ? successes : failures).add(1, now, kOutcomeHalfLife);
  (ok ? last_success : last_failure) = now;
}

void Performance::add_rtt(Duration sample) {
  if (sample <= Duration::zero()) return;
  rtt.add(sample);
  smoothed_rtt = smoothed_rtt ? *smoothed_rtt + (sample - *smoothed_rtt) / 8 : sample;
}

WallTime Performance::last_used() const {
  return std::max({first_seen, last_success.value_or(first_seen), last_failure.value_or(first_seen)});
}

double Performance::failure_rate(WallTime now) const {
  const auto failed = failures.at_time(now, kOutcomeHalfLife);
  // One success that never was: one failure of a new peer is no certainty.
  return failed / (successes.at_time(now, kOutcomeHalfLife) + failed + 1);
}

}  // namespace mycostr::reputation
