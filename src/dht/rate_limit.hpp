// How much one source may ask, and all together. Memory is fixed: sources share counters by a keyed hash, so
// that forged addresses cannot fill a table, nor be chosen to hit another's counter. Loop thread only.
#pragma once

#include <vector>

#include "base/ip_address.hpp"
#include "base/time.hpp"
#include "mycostr/random.hpp"

namespace mycostr::dht {

struct RateSettings {
  double per_second = 20;  ///< requests, in the long run
  double burst = 100;
  std::size_t counters = 512;  ///< that sources share, each 8 bytes
};

/// A token bucket: one for all sources.
class TotalLimiter {
 public:
  explicit TotalLimiter(RateSettings settings) : settings_(settings), tokens_(settings.burst) {}
  /// False where all together have used up what they may.
  bool allow(SteadyTime now);

 private:
  const RateSettings settings_;
  double tokens_;
  SteadyTime filled_{};
};

/// Token buckets by subnet; on loopback, where only this machine sends from and each port is a node, by
/// address.
class RateLimiter {
 public:
  RateLimiter(RateSettings settings, Random& random);
  /// False where the source has used up what it may.
  bool allow(const UdpAddress& source, SteadyTime now);

 private:
  struct Bucket {
    std::uint32_t filled_ms = 0;  ///< wraps after 49 days: then a source gains less than it might
    float tokens = 0;
  };

  const RateSettings settings_;
  const std::uint64_t key_;
  std::vector<Bucket> buckets_;
};

}  // namespace mycostr::dht
