// What this node has seen of its peers, for choosing among them.
#pragma once

#include "base/units.hpp"
#include "reputation/node_table.hpp"
#include "reputation/performance.hpp"

namespace mycostr::reputation {

enum class Direction { down, up };  ///< down: from the peer to this node

/// The peer not heard of for longest goes when there are more.
inline constexpr std::size_t kMaxPeersInBook = 20'000;

/// What a peer not measured yet is taken for: good, so that it is tried, but no better than many that are
/// known.
inline constexpr Duration kAssumedRtt = std::chrono::milliseconds(20);
inline constexpr double kAssumedBytesPerSecond = 32e6;
/// What a failure costs: so long nobody else is asked.
inline constexpr Duration kCostOfFailure = std::chrono::seconds(2);

/// Loop thread only. Has no clock: `now` is the wall time at the event. About 1 KiB for each peer.
class PerformanceBook {
 public:
  explicit PerformanceBook(std::size_t limit = kMaxPeersInBook) : table_(limit) {}

  /// A round trip. No success: thousands of answered pings a day would hide every shard that did not come.
  void record_rtt(const NodeId& node, Duration rtt, WallTime now);
  /// A call without a body worth measuring. `rtt`: where its time was that of one round trip.
  void record_call(const NodeId& node, bool ok, std::optional<Duration> rtt, WallTime now);
  /// A shard on its way, or the part of it that moved before it failed.
  void record_transfer(const NodeId& node, Direction direction, ByteCount bytes, Duration duration, bool ok,
                       WallTime now);

  /// Nothing where the peer is not known. Valid until the next change.
  const Performance* find(const NodeId& node) const { return table_.find(node); }

  /// How long fetching `size` bytes from the peer may be expected to take, failures and new tries included:
  /// (smoothed RTT + size / throughput down) / (1 - failure rate) + failure rate * kCostOfFailure. What is
  /// not known is assumed (above). At most an hour.
  Duration expected_duration(const NodeId& node, ByteCount size, WallTime now) const;

  /// What the rows on disk are made of.
  NodeTable<Performance>& table() { return table_; }

 private:
  Performance& touch(const NodeId& node, WallTime now);

  NodeTable<Performance> table_;
};

}  // namespace mycostr::reputation
