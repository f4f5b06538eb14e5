// links: reputation
#include "reputation/performance.hpp"

#include <cmath>

#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

void take(ByteView input) {
  const auto peer = reputation::decode_performance(input);
  if (!peer) return;
  const auto again = reputation::decode_performance(as_bytes(reputation::encode(*peer)));
  check(again && reputation::encode(*again) == reputation::encode(*peer));
  const auto rate = peer->failure_rate(from_unix_ms(1'767'225'600'000));
  check(rate >= 0 && rate <= 1);
  check(!peer->down.bytes_per_second() || std::isfinite(*peer->down.bytes_per_second()));
}

}  // namespace mycostr::fuzz
