// The row of one peer, as it stands in the meta store.
#include <algorithm>
#include <bit>
#include <cmath>

#include "reputation/performance.hpp"

namespace mycostr::reputation {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kFields = 17;
constexpr std::size_t kRowSize = 1 + kFields * 8;
constexpr std::int64_t kLatestUnixMs = 253'402'300'799'999;  // the year 9999
constexpr double kLargestSum = 1e18;                         // of bytes, seconds or events
constexpr Duration kLongestRtt = std::chrono::hours(1);

void append(std::string& out, std::int64_t value) {
  append_be64(out, static_cast<std::uint64_t>(value));
}

/// Nothing is 0, which no event's time is.
void append(std::string& out, const std::optional<WallTime>& time) {
  append(out, time ? to_unix_ms(*time) : std::int64_t{0});
}

void append(std::string& out, const std::optional<Duration>& rtt) {
  append(out, rtt ? std::min(*rtt, kLongestRtt).count() : std::int64_t{0});
}

void append(std::string& out, const DecayingCount& count) {
  append_be64(out, std::bit_cast<std::uint64_t>(count.value));
  append(out, to_unix_ms(count.at));
}

/// Takes fields off a row whose length has been checked; remembers whether one was out of its range.
class Reader {
 public:
  explicit Reader(ByteView row) : rest_(row) {}
  bool good() const { return good_; }

  WallTime time() { return from_unix_ms(integer(kLatestUnixMs)); }
  std::optional<WallTime> optional_time() {
    const auto value = time();
    return value == WallTime() ? std::nullopt : std::optional(value);
  }
  std::optional<Duration> rtt() {
    const auto value = integer(kLongestRtt.count());
    return value == 0 ? std::nullopt : std::optional(Duration(value));
  }
  DecayingCount count() {
    const auto value = std::bit_cast<double>(next());
    good_ = good_ && std::isfinite(value) && value >= 0 && value <= kLargestSum;
    return {value, time()};
  }

 private:
  std::uint64_t next() {
    const auto value = read_be64(rest_.first(8));
    rest_ = rest_.subspan(8);
    return value;
  }
  std::int64_t integer(std::int64_t most) {
    const auto value = next();
    good_ = good_ && value <= static_cast<std::uint64_t>(most);
    return good_ ? static_cast<std::int64_t>(value) : 0;
  }

  ByteView rest_;
  bool good_ = true;
};

}  // namespace

std::string encode(const Performance& performance) {
  std::string out(1, kVersion);
  append(out, to_unix_ms(performance.first_seen));
  append(out, performance.last_success);
  append(out, performance.last_failure);
  append(out, performance.smoothed_rtt);
  append(out, performance.rtt.minimum());
  append(out, performance.successes);
  append(out, performance.failures);
  for (const auto* direction : {&performance.down, &performance.up}) {
    append(out, direction->bytes);
    append(out, direction->seconds);
  }
  return out;
}

std::optional<Performance> decode_performance(ByteView row) {
  if (row.size() != kRowSize || row[0] != kVersion) return std::nullopt;
  Reader reader(row.subspan(1));
  Performance out;
  out.first_seen = reader.time();
  out.last_success = reader.optional_time();
  out.last_failure = reader.optional_time();
  out.smoothed_rtt = reader.rtt();
  out.rtt.add(reader.rtt().value_or(Duration::zero()));
  out.successes = reader.count();
  out.failures = reader.count();
  for (auto* direction : {&out.down, &out.up}) {
    direction->bytes = reader.count();
    direction->seconds = reader.count();
  }
  if (!reader.good()) return std::nullopt;
  return out;
}

}  // namespace mycostr::reputation
