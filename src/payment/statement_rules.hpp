// What a statement says, and when the other side agrees to it: pure. Used by both sides.
#pragma once

#include <span>

#include "agreement/agreement.hpp"
#include "payment/meter.hpp"
#include "payment/rate.hpp"
#include "wire/statement.hpp"

namespace mycostr::payment {

struct Account;

/// Where the next statement of an agreement begins, as one side knows it.
struct Basis {
  AgreementId agreement;
  std::uint64_t price = 0;
  std::uint64_t number = 0;  ///< of the last statement
  WallTime end;
  Msat total;
  wire::Wide remainder;
  std::uint64_t revision = 0;  ///< this side has counted up to it; and what it says
  ByteCount bytes;
  Digest root;
  bool is_closed = false;  ///< there is no next one
};
/// `account`: null before the first statement.
Basis basis_of(const agreement::Agreement& agreement, const Account* account);

/// What one side finds for the time from a basis to some end.
struct Finding {
  std::uint64_t revision = 0;  ///< counted up to; and what it says
  ByteCount bytes;
  Digest root;
  wire::Figures figures;
};
/// Counts all of `points`, those above the basis's revision and before `end`. REQUIRES: end >= the basis's.
Finding find(const Basis& basis, std::span<const RevisionPoint> points, WallTime end, wire::AuditWord audit);

/// The smaller figure, and the word that earns less.
wire::Figures smaller(const wire::Figures& owner, const wire::Figures& holder);

/// The owner's next statement; `holder`: what the holder has found, where it disputed the same before.
/// Errors: invalid.
Result<wire::Statement> propose(const Basis& basis, const Finding& own, WallTime end, bool is_last,
                                const std::optional<wire::Figures>& holder);

/// The basis of the statement after this one, whose side has found `own`.
Basis after(const Basis& basis, const wire::Statement& statement, const Finding& own);

struct Check {
  bool agrees = false;
  Finding own;
};
struct CheckTime {
  WallTime now;
  std::chrono::milliseconds period{};
};
/// The holder's answer to its next statement: it agrees, or has found something else. `points`: its own
/// revisions above its basis's and before the statement's end. Errors, each a refusal: conflict (not the next
/// one, another root, fewer bytes than the revisions make, unless
/// the last one is among them), invalid (a time that is none, sums that are
/// wrong).
Result<Check> check(const Basis& basis, std::span<const RevisionPoint> points,
                    const wire::Statement& statement, wire::AuditWord own_audit, CheckTime time);

/// The owner's check of a statement that the holder has signed before, when the owner signed it and then
/// forgot. Errors: conflict, invalid (from the future: signed by a clock that was ahead).
Result<Finding> check_adopted(const Basis& basis, std::span<const RevisionPoint> points,
                              const wire::Statement& statement, WallTime now);

}  // namespace mycostr::payment
