// links: base
#include "base/units.hpp"

#include "base/time.hpp"
#include "fuzz/entry.hpp"

namespace mycostr::fuzz {

/// Sizes and durations of the configuration and of requests.
void take(ByteView input) {
  const auto text = as_text(input);
  if (const auto size = parse_size(text)) check(parse_size(to_string(*size)) == size);
  if (const auto time = parse_duration(text))
    check(*time >= Duration::zero() && *time <= std::chrono::days(36525));
}

}  // namespace mycostr::fuzz
