#include "dht/rate_limit.hpp"

#include <algorithm>
#include <bit>

namespace mycostr::dht {

bool TotalLimiter::allow(SteadyTime now) {
  const auto gained = std::chrono::duration<double>(now - filled_).count() * settings_.per_second;
  filled_ = now;
  tokens_ = std::min(settings_.burst, tokens_ + gained);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

RateLimiter::RateLimiter(RateSettings settings, Random& random)
    : settings_(settings), key_(random.below(UINT64_MAX)), buckets_(settings.counters) {
  for (auto& bucket : buckets_) bucket.tokens = static_cast<float>(settings.burst);
}

bool RateLimiter::allow(const UdpAddress& source, SteadyTime now) {
  // Mixed so that who does not know the key cannot tell which sources share a bucket (the finalizer of
  // MurmurHash3).
  auto hash =
      source.ip.is_loopback() ? std::hash<UdpAddress>()(source) : std::hash<Subnet>()(subnet_of(source.ip));
  hash ^= key_;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdULL;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  auto& bucket = buckets_[(hash ^ (hash >> 33)) % buckets_.size()];
  const auto now_ms = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  const auto gained = double(now_ms - bucket.filled_ms) / 1000 * settings_.per_second;
  bucket.filled_ms = now_ms;
  bucket.tokens = static_cast<float>(std::min(settings_.burst, bucket.tokens + gained));
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

}  // namespace mycostr::dht
