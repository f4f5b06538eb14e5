// Inside of wire only: what the messages about money have in common.
#pragma once

#include "wire/proto_util.hpp"
#include "wire/statement.hpp"

namespace mycostr::proto {
class Standing;
}

namespace mycostr::wire {

inline std::string field_of(const Wide& number) {
  const auto bytes = to_bytes(number);
  return std::string(as_text(bytes));
}

inline bool read_wide(const std::string& field, Wide& out) {
  const auto number = wide_from(as_bytes(field));
  if (number) out = *number;
  return number.has_value();
}

inline bool read_time(std::int64_t unix_ms, WallTime& out) {
  if (unix_ms < 0 || unix_ms >= (1LL << 48)) return false;
  out = from_unix_ms(unix_ms);
  return true;
}

void write_standing(const Standing& standing, proto::Standing& out);
/// False where a date is impossible, or one is there without the others.
bool read_standing(const proto::Standing& message, Standing& out);

}  // namespace mycostr::wire
