// When an agreement is audited, and what follows from an answer. Pure: times and randomness are passed in.
//
// Each epoch has one scheduled audit of each agreement, at a random moment of it. A holder that is reached
// and gives no right answer is contained: it is asked the same up to three times more over contain_for, and
// nothing else meanwhile; then it has failed. A holder that cannot be reached is offline, which says nothing
// of its data, and ends no containment.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "audit/record.hpp"
#include "audit/settings.hpp"

namespace mycostr::audit {

inline constexpr std::uint32_t kContainedTries = 3;

/// A challenge that waits for a right answer.
struct Containment {
  Bytes challenge;  ///< as it was signed
  WallTime since;
  WallTime next_try;
  std::uint32_t tries = 0;  ///< after the first time
  bool is_another = false;  ///< the challenge is not the first one: see Asked
  bool operator==(const Containment&) const = default;
};

/// Where the audits of one agreement stand: the row aw/<agreement>.
struct Standing {
  std::uint64_t epoch = 0;  ///< of the last challenge made; the first of an epoch is the scheduled one
  std::uint32_t serial = 0;
  std::uint64_t chained_epoch = 0;  ///< of the last chained audit
  std::optional<Containment> contained;
  bool operator==(const Standing&) const = default;
};
std::string encode_row(const Standing& standing);
/// Errors: corrupt.
Result<Standing> decode_standing(std::string_view row);

/// What came back for a challenge.
enum class Answer {
  right,  ///< everything proven
  wrong,  ///< a proof that does not hold, or that says what was lost; or the holder knows of no agreement
  none,   ///< reached, but silent too long, cut off, busy, or unwilling
  unreachable,  ///< nothing was sent
  not_asked     ///< a fault of this side
};

struct Asked {
  const Bytes& encoded;
  /// In place of a challenge that fits no more, for the agreement has changed. The holder knew the first one
  /// when it agreed to that: a right answer is no success then, though it ends the containment.
  bool is_another = false;
};

/// What the answer to the challenge (made by this time) makes of the standing.
Outcome settle(Standing& standing, Answer answer, const Asked& asked, WallTime now, const Settings& settings);

/// The clock was far ahead when the last challenge was made: no holder has answered, nor will answer for,
/// that epoch.
bool was_ahead(const Standing& standing, std::uint64_t epoch);

/// The serial of the next challenge in `epoch`, 0 for the scheduled one; nothing where the holder would
/// answer no more.
std::optional<std::uint32_t> next_serial(const Standing& standing, std::uint64_t epoch);

enum class Due { nothing, scheduled, again };

/// When in each epoch each agreement is due. Forgets those not asked about for an epoch.
class Schedule {
 public:
  Schedule(Duration period, Duration contain_for) : period_(period), contain_for_(contain_for) {}

  /// `random` (any 64 bits, used the first time in an epoch) picks a moment in what is left of the epoch.
  Due due(const AgreementId& agreement, const Standing& standing, WallTime now, std::uint64_t random);

 private:
  struct Plan {
    std::uint64_t epoch = 0;
    WallTime at;
  };
  void plan(Plan& plan, std::uint64_t epoch, WallTime now, std::uint64_t random) const;

  const Duration period_;
  const Duration contain_for_;
  std::map<AgreementId, Plan> plans_;
  std::uint64_t epoch_ = 0;
};

}  // namespace mycostr::audit
