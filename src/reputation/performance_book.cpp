#include "reputation/performance_book.hpp"

#include <algorithm>

namespace mycostr::reputation {
namespace {

constexpr double kLongestExpectedSeconds = 3600;

}  // namespace

void PerformanceBook::record_rtt(const NodeId& node, Duration rtt, WallTime now) {
  touch(node, now).add_rtt(rtt);
}

void PerformanceBook::record_call(const NodeId& node, bool ok, std::optional<Duration> rtt, WallTime now) {
  auto& performance = touch(node, now);
  performance.add_outcome(ok, now);
  if (ok && rtt) performance.add_rtt(*rtt);
}

void PerformanceBook::record_transfer(const NodeId& node, Direction direction, ByteCount bytes,
                                      Duration duration, bool ok, WallTime now) {
  auto& performance = touch(node, now);
  performance.add_outcome(ok, now);
  // A peer that was never reached says nothing of its line.
  if (bytes.value == 0) return;
  (direction == Direction::down ? performance.down : performance.up).add(bytes.value, duration, now);
}

Duration PerformanceBook::expected_duration(const NodeId& node, ByteCount size, WallTime now) const {
  const auto* known = find(node);
  const auto rtt = known ? known->smoothed_rtt.value_or(kAssumedRtt) : kAssumedRtt;
  const auto measured = known ? known->down.bytes_per_second() : std::nullopt;
  const auto failure_rate = known ? known->failure_rate(now) : 0;
  const auto once =
      to_seconds(rtt) + static_cast<double>(size.value) / measured.value_or(kAssumedBytesPerSecond);
  const auto lost = failure_rate * to_seconds(kCostOfFailure);
  const auto seconds = std::min(once / (1 - failure_rate) + lost, kLongestExpectedSeconds);
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

Performance& PerformanceBook::touch(const NodeId& node, WallTime now) {
  const bool is_new = find(node) == nullptr;
  auto& performance = table_.touch(node);
  if (is_new) performance.first_seen = now;
  return performance;
}

}  // namespace mycostr::reputation
