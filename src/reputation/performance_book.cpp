#include "reputation/performance_book.hpp"

#include <algorithm>

namespace mycostr::reputation {
namespace {

constexpr double kLongestExpectedSeconds = 3600;

}  // namespace

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

const Performance* PerformanceBook::find(const NodeId& node) const {
  const auto found = by_node_.find(node);
  return found == by_node_.end() ? nullptr : &found->second->performance;
}

Duration PerformanceBook::expected_duration(const NodeId& node, ByteCount size, WallTime now) const {
  const auto* known = find(node);
  const auto rtt = known ? known->smoothed_rtt.value_or(kAssumedRtt) : kAssumedRtt;
  const auto measured = known ? known->down.bytes_per_second() : std::nullopt;
  const auto failure_rate = known ? known->failure_rate(now) : 0;
  const auto once =
      to_seconds(rtt) + static_cast<double>(size.value) / measured.value_or(kAssumedBytesPerSecond);
  const auto seconds = std::min(once / (1 - failure_rate), kLongestExpectedSeconds);
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

void PerformanceBook::restore(const NodeId& node, Performance performance) {
  const auto seen = performance.first_seen;
  touch(node, seen) = std::move(performance);
}

Performance& PerformanceBook::touch(const NodeId& node, WallTime now) {
  ++version_;
  if (const auto found = by_node_.find(node); found != by_node_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
  } else {
    entries_.push_front({node, {}, 0});
    entries_.front().performance.first_seen = now;
    by_node_[node] = entries_.begin();
  }
  if (entries_.size() > limit_) {
    by_node_.erase(entries_.back().node);
    entries_.pop_back();
  }
  entries_.front().version = version_;
  return entries_.front().performance;
}

}  // namespace mycostr::reputation
