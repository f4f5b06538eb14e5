// What this node has seen of its peers, for choosing among them.
#pragma once

#include <list>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/units.hpp"
#include "reputation/performance.hpp"

namespace mycostr::reputation {

enum class Direction { down, up };  ///< down: from the peer to this node

/// The peer not heard of for longest goes when there are more.
inline constexpr std::size_t kMaxPeersInBook = 20'000;

/// What a peer not measured yet is taken for: good, so that it is tried, but no better than many that are
/// known.
inline constexpr Duration kAssumedRtt = std::chrono::milliseconds(20);
inline constexpr double kAssumedBytesPerSecond = 32e6;

/// Loop thread only. Has no clock: `now` is the wall time at the event. About 1 KiB for each peer.
class PerformanceBook {
 public:
  explicit PerformanceBook(std::size_t limit = kMaxPeersInBook) : limit_(limit) {}

  /// A call without a body worth measuring. `rtt`: where its time was that of one round trip.
  void record_call(const NodeId& node, bool ok, std::optional<Duration> rtt, WallTime now);
  /// A shard on its way, or the part of it that moved before it failed.
  void record_transfer(const NodeId& node, Direction direction, ByteCount bytes, Duration duration, bool ok,
                       WallTime now);

  /// Nothing where the peer is not known. Valid until the next change.
  const Performance* find(const NodeId& node) const;

  /// How long fetching `size` bytes from the peer may be expected to take, failures and new tries included:
  /// (smoothed RTT + size / throughput down) / (1 - failure rate). What is not known is assumed (above). At
  /// most an hour.
  Duration expected_duration(const NodeId& node, ByteCount size, WallTime now) const;

  /// As read from disk; oldest first, so that the oldest goes first. Replaces what is known of the peer.
  void restore(const NodeId& node, Performance performance);

  struct Entry {
    NodeId node;
    Performance performance;
    std::uint64_t version = 0;  ///< of the book, when this changed last
  };
  /// Those heard of last come first.
  const std::list<Entry>& entries() const { return entries_; }
  /// Grows with every change.
  std::uint64_t version() const { return version_; }

 private:
  Performance& touch(const NodeId& node, WallTime now);

  const std::size_t limit_;
  std::list<Entry> entries_;
  std::unordered_map<NodeId, std::list<Entry>::iterator> by_node_;
  std::uint64_t version_ = 0;
};

}  // namespace mycostr::reputation
