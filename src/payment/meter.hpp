// How much was kept for how long: pure. Owner and holder have the same signed revisions, and so find the
// same.
#pragma once

#include <span>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "wire/wide.hpp"

namespace mycostr::payment {

/// What is kept from `at` on, by a revision of the agreement.
struct RevisionPoint {
  std::uint64_t number = 0;
  WallTime at;
  ByteCount bytes;
  Digest root;
  bool ends = false;  ///< the last one of the agreement
  bool operator==(const RevisionPoint&) const = default;
};

/// Whether a revision is of the time before `end`: a last one at `end` is.
constexpr bool is_before(const RevisionPoint& point, WallTime end) {
  return point.at < end || (point.ends && point.at == end);
}

/// Sum of bytes x ms from `start` to `end`: `before` bytes at first, then what each point says, from its time
/// on; at the start where that is earlier, and at the end where it is later. Points are in order of their
/// numbers. Always fits: 2^64 bytes for 2^48 ms. REQUIRES: start <= end.
wire::Wide byte_ms(ByteCount before, std::span<const RevisionPoint> points, WallTime start, WallTime end);

}  // namespace mycostr::payment
