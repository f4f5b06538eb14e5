#include "api/payment_rate.hpp"

#include "wire/wide.hpp"

namespace mycostr::api {

std::string sats_per_hour(Msat amount, WallTime start, WallTime end) {
  constexpr wire::Uint128 kDigits = 1'000'000;
  // msat / ms are sats per second.
  constexpr wire::Uint128 kSecondsPerHour = 3600;
  const auto ms = to_unix_ms(end) - to_unix_ms(start);
  if (ms <= 0 || amount.value <= 0) return "0.000000";
  const auto parts =
      static_cast<wire::Uint128>(amount.value) * kSecondsPerHour * kDigits / static_cast<wire::Uint128>(ms);
  auto fraction = wire::to_string(wire::Wide(parts % kDigits));
  fraction.insert(0, 6 - fraction.size(), '0');
  return wire::to_string(wire::Wide(parts / kDigits)) + "." + fraction;
}

}  // namespace mycostr::api
