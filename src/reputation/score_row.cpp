// The row of one node's score, as it stands in the meta store.
#include <algorithm>
#include <bit>
#include <cmath>

#include "reputation/score.hpp"

namespace mycostr::reputation {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kEventSize = 1 + 8 + 8;
constexpr std::size_t kRowSize =
    1 + 8 * 8 + 1 + OnlineWindows::kRowSize + 1 + kKeptEvents * kEventSize + 1 + kKeptSteps * 8;
constexpr std::int64_t kLatestUnixMs = 253'402'300'799'999;  // the year 9999
constexpr double kMostWeight = 1000;  // alpha and beta: no more than 100 comes of 1% off and 1 added
constexpr std::uint64_t kMostBatches = 1ULL << 48;
constexpr Duration kLongestStep = std::chrono::hours(1);

enum Flag : unsigned char { kVetted = 1, kDisqualified = 2, kMissedAnAudit = 4 };

void append(std::string& out, double value) {
  append_be64(out, std::bit_cast<std::uint64_t>(value));
}

void append(std::string& out, WallTime time) {
  append_be64(out, static_cast<std::uint64_t>(to_unix_ms(time)));
}

/// Takes fields off a row whose length has been checked; remembers whether one was out of its range.
class Reader {
 public:
  explicit Reader(ByteView row) : rest_(row) {}
  bool good() const { return good_; }

  ByteView bytes(std::size_t size) {
    const auto out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return out;
  }
  std::uint64_t integer(std::uint64_t most) {
    const auto value = read_be64(bytes(8));
    good_ = good_ && value <= most;
    return good_ ? value : 0;
  }
  std::uint8_t byte(unsigned most) {
    const auto value = bytes(1)[0];
    good_ = good_ && value <= most;
    return good_ ? value : 0;
  }
  double number(double least, double most) {
    const auto value = std::bit_cast<double>(read_be64(bytes(8)));
    good_ = good_ && std::isfinite(value) && value >= least && value <= most;
    return good_ ? value : least;
  }
  WallTime time() { return from_unix_ms(static_cast<std::int64_t>(integer(kLatestUnixMs))); }
  /// 0 is nothing: it is no event's time.
  std::optional<WallTime> optional_time() {
    const auto value = time();
    return value == WallTime() ? std::nullopt : std::optional(value);
  }

 private:
  ByteView rest_;
  bool good_ = true;
};

void append_events(std::string& out, const Score& score) {
  out += static_cast<char>(score.events.size());
  for (const auto& event : score.events) {
    out += static_cast<char>(event.kind);
    append(out, event.at);
    append(out, event.integrity);
  }
  out.append((kKeptEvents - score.events.size()) * kEventSize, '\0');
}

void append_steps(std::string& out, const Score& score) {
  out += static_cast<char>(score.steps.size());
  for (const auto step : score.steps) {
    append_be64(out, static_cast<std::uint64_t>(std::clamp(step, Duration(), kLongestStep).count()));
  }
  out.append((kKeptSteps - score.steps.size()) * 8, '\0');
}

bool read_events(Reader& reader, Score& out) {
  const auto count = reader.byte(kKeptEvents);
  bool good = true;
  for (std::size_t i = 0; i < kKeptEvents; ++i) {
    Event event;
    event.kind = static_cast<Event::Kind>(reader.byte(static_cast<unsigned>(Event::Kind::self_reported)));
    event.at = reader.time();
    event.integrity = reader.number(0, 1);
    if (i >= count) continue;
    good = good && event.kind >= Event::Kind::passed;
    out.events.push_back(event);
  }
  return good;
}

void read_steps(Reader& reader, Score& out) {
  const auto count = reader.byte(kKeptSteps);
  for (std::size_t i = 0; i < kKeptSteps; ++i) {
    const Duration step(static_cast<std::int64_t>(reader.integer(kLongestStep.count())));
    if (i < count) out.steps.push_back(step);
  }
}

}  // namespace

std::string encode(const Score& score) {
  std::string out(1, kVersion);
  append(out, score.alpha);
  append(out, score.beta);
  append_be64(out, score.passed);
  append_be64(out, score.failed);
  append(out, score.first_audit);
  append(out, score.last_failed.value_or(WallTime()));
  append(out, score.last_report.value_or(WallTime()));
  append(out, score.last_heard);
  out += static_cast<char>((score.vetted ? kVetted : 0) | (score.disqualified ? kDisqualified : 0) |
                           (score.missed_an_audit ? kMissedAnAudit : 0));
  score.windows.append_to(out);
  append_events(out, score);
  append_steps(out, score);
  return out;
}

std::optional<Score> decode_score(ByteView row) {
  if (row.size() != kRowSize || row[0] != kVersion) return std::nullopt;
  Reader reader(row.subspan(1));
  Score out;
  out.alpha = reader.number(0, kMostWeight);
  out.beta = reader.number(0, kMostWeight);
  out.passed = reader.integer(kMostBatches);
  out.failed = reader.integer(kMostBatches);
  out.first_audit = reader.time();
  out.last_failed = reader.optional_time();
  out.last_report = reader.optional_time();
  out.last_heard = reader.time();
  const auto flags = reader.byte(kVetted | kDisqualified | kMissedAnAudit);
  out.vetted = (flags & kVetted) != 0;
  out.disqualified = (flags & kDisqualified) != 0;
  out.missed_an_audit = (flags & kMissedAnAudit) != 0;
  const auto windows = OnlineWindows::from(reader.bytes(OnlineWindows::kRowSize));
  const bool has_events = read_events(reader, out);
  read_steps(reader, out);
  // Of nothing at all no integrity could be said; real ones never get near 0.
  if (!reader.good() || !windows || !has_events || out.alpha + out.beta < 1) return std::nullopt;
  out.windows = *windows;
  return out;
}

}  // namespace mycostr::reputation
