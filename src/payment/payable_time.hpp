// When this node could be paid: its wallet ready, and it running. Nobody owes anything for other times.
#pragma once

#include <deque>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"

namespace mycostr::payment {

/// A list of spans; what is forgotten of it counts as time in which nobody could pay. Pure.
class PayableTime {
 public:
  static constexpr std::size_t kMaxSpans = 4096;

  /// To be called again and again: a span goes on where the last call said so too, at most `longest_gap` ago.
  void note(WallTime now, bool is_payable, Duration longest_gap);
  /// Forgets what was before the newest spans that make this much together.
  void keep(Duration enough);
  /// How much of this time was payable.
  std::chrono::milliseconds within(WallTime from, WallTime to) const;

  /// Row pw.
  std::string encode() const;
  /// What it says has ended: the next note() begins a new span. Errors: corrupt.
  static Result<PayableTime> decode(std::string_view row);

 private:
  struct Span {
    WallTime from;
    WallTime to;
  };
  std::deque<Span> spans_;
  bool goes_on_ = false;  ///< the last one
};

}  // namespace mycostr::payment
