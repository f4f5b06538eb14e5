// Proof that who sends from an address also receives there, without a memory of each: a keyed hash of the
// address, echoed. No clock of its own; loop thread only.
#pragma once

#include "base/time.hpp"
#include "mycostr/random.hpp"
#include "wire/datagram.hpp"

namespace mycostr::dht {

/// Two secrets are valid at a time, each for two periods of five minutes (as BitTorrent's write tokens, BEP
/// 5).
class CookieJar {
 public:
  explicit CookieJar(Random& random);

  wire::Cookie make(const UdpAddress& address) const { return of(secret_, address); }
  bool is_valid(const wire::Cookie& cookie, const UdpAddress& address) const;
  /// Renews the secret where it is old.
  void tick(Random& random, SteadyTime now);

 private:
  using Secret = FixedBytes<struct CookieSecretTag, 32>;
  static wire::Cookie of(const Secret& secret, const UdpAddress& address);

  Secret secret_;
  Secret former_;
  SteadyTime renewed_;
};

/// Other nodes' cookies for this one, by address: a small cache that forgets. What is forgotten costs a
/// larger request, nothing else.
class CookieCache {
 public:
  /// Each address has one of so many places, of 40 bytes.
  explicit CookieCache(std::size_t slots) : slots_(slots) {}
  void keep(const UdpAddress& address, const wire::Cookie& cookie, SteadyTime now);
  /// Only one that should still be valid: an old one would bring nothing but a refusal.
  std::optional<wire::Cookie> find(const UdpAddress& address, SteadyTime now) const;

 private:
  struct Slot {
    UdpAddress address;
    wire::Cookie cookie;
    SteadyTime kept;
  };
  Slot& slot_of(const UdpAddress& address);
  std::vector<Slot> slots_;
};

}  // namespace mycostr::dht
