// How well one peer has served this node: round trips, throughput, failures. Own observations only. Values,
// no clock: times are passed in. Wall times, for they outlive the process; a clock that goes back ages
// nothing.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace mycostr::reputation {

/// The shortest of the last 20 round trips: queues and busy hosts only ever add to what the distance takes.
class MinRtt {
 public:
  static constexpr std::size_t kSamples = 20;

  /// Zero and less is no round trip, and ignored.
  void add(Duration rtt);
  std::optional<Duration> minimum() const;

 private:
  std::array<Duration, kSamples> samples_{};
  std::size_t count_ = 0;  ///< samples ever taken; the oldest is overwritten
};

/// A count whose events weigh 2^(-age / half-life).
struct DecayingCount {
  double value = 0;
  WallTime at;  ///< when it was worth `value`

  double at_time(WallTime now, Duration half_life) const;
  void add(double amount, WallTime now, Duration half_life);
};

/// Bytes per second: the sum of the bytes of all transfers over the sum of the seconds they took, each
/// transfer weighing 2^(-age / 1 h) in both. So a long transfer counts for more than a short one, new ones
/// push old ones out, and silence changes nothing.
class Throughput {
 public:
  void add(std::uint64_t bytes, Duration duration, WallTime now);
  std::optional<double> bytes_per_second() const;

  DecayingCount bytes;
  DecayingCount seconds;
};

struct Performance {
  WallTime first_seen;
  std::optional<WallTime> last_success;
  std::optional<WallTime> last_failure;
  DecayingCount successes;  ///< half-life: 7 days
  DecayingCount failures;
  std::optional<Duration> smoothed_rtt;  ///< SRTT of RFC 6298: 7/8 of the old, 1/8 of the new
  MinRtt rtt;
  Throughput down;  ///< from the peer to this node
  Throughput up;

  void add_outcome(bool ok, WallTime now);
  void add_rtt(Duration sample);
  /// When it was heard of last, for better or worse.
  WallTime last_used() const;
  /// Between 0 and 1; 0 for a peer that never failed, or never did anything.
  double failure_rate(WallTime now) const;
};

/// 1 byte for the version, then big-endian fields of fixed length. The samples of MinRtt are kept as their
/// minimum.
std::string encode(const Performance& performance);
/// Nothing where it is none: another version or length, numbers that are not finite, negative or beyond
/// reason.
std::optional<Performance> decode_performance(ByteView row);

}  // namespace mycostr::reputation
