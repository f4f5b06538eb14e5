#include "dht/cookies.hpp"

#include "crypto/sha256.hpp"

namespace mycostr::dht {
namespace {
constexpr auto kPeriod = std::chrono::minutes(5);
/// How long a cookie and its echo may be on their way.
constexpr auto kTravel = std::chrono::seconds(10);
}  // namespace

CookieJar::CookieJar(Random& random) : secret_(random.make<Secret>()), former_(random.make<Secret>()) {}

wire::Cookie CookieJar::of(const Secret& secret, const UdpAddress& address) {
  const std::array<std::uint8_t, 2> port{static_cast<std::uint8_t>(address.port >> 8),
                                         static_cast<std::uint8_t>(address.port)};
  // The secret's length is fixed and the digest cut short: no way to extend it.
  const auto digest = crypto::sha256({secret.view(), address.ip.bytes, port});
  return *wire::Cookie::from(digest.view().first(wire::Cookie::kSize));
}

bool CookieJar::is_valid(const wire::Cookie& cookie, const UdpAddress& address) const {
  return cookie == of(secret_, address) || cookie == of(former_, address);
}

void CookieJar::tick(Random& random, SteadyTime now) {
  if (now - renewed_ < kPeriod) return;
  renewed_ = now;
  former_ = std::exchange(secret_, random.make<Secret>());
}

CookieCache::Slot& CookieCache::slot_of(const UdpAddress& address) {
  return slots_[std::hash<UdpAddress>()(address) % slots_.size()];
}

void CookieCache::keep(const UdpAddress& address, const wire::Cookie& cookie, SteadyTime now) {
  slot_of(address) = {address, cookie, now};
}

std::optional<wire::Cookie> CookieCache::find(const UdpAddress& address, SteadyTime now) const {
  const auto& slot = const_cast<CookieCache*>(this)->slot_of(address);
  if (slot.address != address || now - slot.kept >= kPeriod - kTravel) return std::nullopt;
  return slot.cookie;
}

}  // namespace mycostr::dht
