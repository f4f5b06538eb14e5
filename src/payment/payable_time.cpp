#include "payment/payable_time.hpp"

#include <algorithm>

#include "mycostr/payment.pb.h"

namespace mycostr::payment {

void PayableTime::note(WallTime now, bool is_payable, Duration longest_gap) {
  const bool was_payable = goes_on_;
  goes_on_ = is_payable;
  if (!is_payable) return;
  // Time that the clock was far ahead was no time.
  if (!spans_.empty() && spans_.back().to - now > longest_gap) {
    while (!spans_.empty() && spans_.back().from > now) spans_.pop_back();
    if (!spans_.empty()) spans_.back().to = std::min(spans_.back().to, now);
  }
  // Time that the clock has gone back over counts once.
  if (!spans_.empty() && now <= spans_.back().to) return;
  if (was_payable && !spans_.empty() && now - spans_.back().to <= longest_gap) {
    spans_.back().to = now;
    return;
  }
  spans_.push_back({now, now});
  if (spans_.size() > kMaxSpans) spans_.pop_front();
}

void PayableTime::keep(Duration enough) {
  std::chrono::milliseconds newer{0};
  for (auto at = spans_.size(); at-- > 0;) {
    if (newer >= enough) {
      spans_.erase(spans_.begin(), spans_.begin() + static_cast<std::ptrdiff_t>(at) + 1);
      return;
    }
    newer += spans_[at].to - spans_[at].from;
  }
}

std::chrono::milliseconds PayableTime::within(WallTime from, WallTime to) const {
  std::chrono::milliseconds out{0};
  for (const auto& span : spans_) {
    const auto begin = std::max(span.from, from);
    const auto end = std::min(span.to, to);
    if (begin < end) out += end - begin;
  }
  return out;
}

std::string PayableTime::encode() const {
  proto::PayableRow row;
  for (const auto& span : spans_) {
    auto& added = *row.add_spans();
    added.set_from_unix_ms(to_unix_ms(span.from));
    added.set_to_unix_ms(to_unix_ms(span.to));
  }
  return row.SerializeAsString();
}

Result<PayableTime> PayableTime::decode(std::string_view text) {
  proto::PayableRow row;
  PayableTime out;
  const auto corrupt = [] { return fail(Errc::corrupt, "the row of payable time"); };
  if (!row.ParseFromArray(text.data(), static_cast<int>(text.size()))) return corrupt();
  if (static_cast<std::size_t>(row.spans_size()) > kMaxSpans) return corrupt();
  std::int64_t before = 0;
  for (const auto& span : row.spans()) {
    const bool fits = span.from_unix_ms() >= before && span.to_unix_ms() >= span.from_unix_ms() &&
                      span.to_unix_ms() < (1LL << 48);
    if (!fits) return corrupt();
    before = span.to_unix_ms();
    out.spans_.push_back({from_unix_ms(span.from_unix_ms()), from_unix_ms(span.to_unix_ms())});
  }
  return out;
}

}  // namespace mycostr::payment
