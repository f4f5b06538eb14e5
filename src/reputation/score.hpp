// How far one node is to be trusted with data, from this node's own audits of it. A value, no clock: times
// are passed in. Formulas and where the constants come from: docs/reputation.md.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "base/units.hpp"
#include "reputation/online_windows.hpp"
#include "wire/verdict.hpp"

namespace mycostr::reputation {

/// Integrity = alpha / (alpha + beta); each event takes 1% off both, then adds its weight to one.
inline constexpr double kForgetting = 0.99;
inline constexpr double kFirstAlpha = 100;
inline constexpr double kSuspendBelow = 0.98;
inline constexpr double kDisqualifyAt = 0.95;  ///< and below
/// Of a loss that the holder reported itself, against one that an audit found.
inline constexpr double kSelfReportWeight = 0.2;

inline constexpr double kOnlineForNewData = 0.95;  ///< below it a node gets none
inline constexpr double kOnlineAtAll = 0.6;        ///< below it what a node keeps counts as lost

inline constexpr int kPeriodsPerDay = 24;  ///< A day of reputation is 24 audit periods, whatever they are.
inline constexpr int kFullAgeDays = 60;
inline constexpr std::uint64_t kVettedPasses = 500;
inline constexpr int kVettedDays = 21;

/// What a node may be given before it is vetted; twice as much after each week since its first audit.
inline constexpr ByteCount kFirstTrialCapacity = {10'000'000'000};

inline constexpr std::size_t kKeptEvents = 16;
inline constexpr std::size_t kKeptSteps = 5;

using wire::AuditOutcome;
using wire::NodeState;

/// Something that was recorded of a node.
struct Event {
  /// The first five are those of AuditOutcome.
  enum class Kind : std::uint8_t { passed = 1, failed, offline, contained, unknown, self_reported };
  Kind kind = Kind::unknown;
  WallTime at;
  double integrity = 1;  ///< after it

  bool operator==(const Event&) const = default;
};
/// "passed" and so on, "self_reported"
std::string_view kind_name(Event::Kind kind);

struct Score {
  double alpha = kFirstAlpha;
  double beta = 0;
  std::uint64_t passed = 0;  ///< batches, ever
  std::uint64_t failed = 0;
  WallTime first_audit;
  std::optional<WallTime> last_failed;
  std::optional<WallTime> last_report;
  WallTime last_heard;           ///< an answered audit or window, or a report
  bool vetted = false;           ///< once, and from then on
  bool disqualified = false;     ///< once, and from then on
  bool missed_an_audit = false;  ///< in the window that goes on
  OnlineWindows windows;
  std::deque<Event> events;    ///< the last 16, oldest first
  std::deque<Duration> steps;  ///< of the last 5 chained audits, oldest first

  /// One batch of challenges. `period`: that of audits.
  void add_audit(AuditOutcome outcome, WallTime now, Duration period);
  /// The holder says it lost shards. All reports of one period are one event; they never disqualify.
  void add_self_report(WallTime now, Duration period);
  /// A failure, where there was none in this period.
  void add_denial(WallTime now, Duration period);
  /// One window of one period; nothing: it cannot be told, for the own network was away.
  void add_window(std::optional<bool> answered, WallTime now);
  /// Time of one step of a chained audit.
  void add_step(Duration step);

  double integrity() const { return alpha / (alpha + beta); }
  double online() const { return windows.fraction(); }
  NodeState state() const;
  /// Days since the first audit.
  double days_known(WallTime now, Duration period) const;
  /// Days since the last failed batch, or since the first audit.
  double clean_days(WallTime now, Duration period) const;
  /// min(1, clean days / 60)
  double age(WallTime now, Duration period) const;
  /// 10 GB, doubled for each week since its first audit.
  ByteCount trial_capacity(WallTime now, Duration period) const;
  /// Of its last 5; nothing where there are fewer than 3.
  std::optional<Duration> median_step() const;
  /// Passed batches in a row that end a suspension; 0 where there is none.
  std::size_t passes_to_resume() const;
  WallTime last_used() const { return last_heard; }
};

/// P = 1 / (1 + max(0, n - 2)^2), n: known holders in the node's subnet, itself included.
double colocation(std::size_t holders_in_subnet);

/// 1 byte for the version, then big-endian fields of fixed length.
std::string encode(const Score& score);
/// Nothing where it is none: another version or length, numbers that are not finite, negative or beyond
/// reason.
std::optional<Score> decode_score(ByteView row);

}  // namespace mycostr::reputation
