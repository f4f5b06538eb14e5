#include "payment/meter.hpp"

#include <algorithm>

namespace mycostr::payment {

wire::Wide byte_ms(ByteCount before, std::span<const RevisionPoint> points, WallTime start, WallTime end) {
  wire::Uint128 out = 0;
  auto bytes = before;
  auto since = start;
  const auto count_to = [&](WallTime until) {
    out += wire::Uint128{bytes.value} * static_cast<std::uint64_t>((until - since).count());
    since = until;
  };
  for (const auto& point : points) {
    // Never back: a revision whose time is before that of the former one counts from then on.
    count_to(std::max(since, std::min(point.at, end)));
    bytes = point.bytes;
  }
  count_to(end);
  return wire::Wide(out);
}

}  // namespace mycostr::payment
