#include "payment/meter.hpp"

#include <algorithm>

namespace mycostr::payment {

Result<wire::Wide> byte_ms(ByteCount before, std::span<const RevisionPoint> points, WallTime start,
                           WallTime end) {
  wire::Wide out;
  auto bytes = before;
  auto since = start;
  const auto count_to = [&](WallTime until) {
    const wire::Wide ms(static_cast<wire::Uint128>((until - since).count()));
    const auto part = wire::product(wire::Wide(bytes.value), ms);
    const auto all = part ? wire::sum(out, *part) : std::nullopt;
    if (all) out = *all;
    since = until;
    return all.has_value();
  };
  for (const auto& point : points) {
    // Never back: a revision whose time is before that of the former one counts from then on.
    const auto at = std::max(since, std::min(point.at, end));
    if (!count_to(at)) return fail(Errc::invalid, "more bytes and time than can be counted");
    bytes = point.bytes;
  }
  if (!count_to(end)) return fail(Errc::invalid, "more bytes and time than can be counted");
  return out;
}

}  // namespace mycostr::payment
