#include "payment/statement_rules.hpp"

#include <algorithm>

#include "payment/ledger.hpp"

namespace mycostr::payment {
namespace {

/// Clocks differ; as for revisions.
constexpr auto kMaxClockAhead = std::chrono::minutes(10);

Result<void> check_place(const Basis& basis, const wire::Statement& statement, CheckTime time) {
  if (statement.number != basis.number + 1 || statement.start != basis.end)
    return fail(Errc::conflict, "the last statement here is number " + std::to_string(basis.number) +
                                    ", until " + to_rfc3339(basis.end));
  if (basis.is_closed) return fail(Errc::conflict, "the last statement of all is agreed");
  if (statement.end > time.now + kMaxClockAhead)
    return fail(Errc::invalid, "the statement is from the future");
  if (statement.is_last) return {};
  const bool is_boundary = statement.end.time_since_epoch() % time.period == std::chrono::milliseconds(0);
  if (!is_boundary || statement.end == statement.start)
    return fail(Errc::invalid, "the statement does not end where an epoch does");
  return {};
}

Result<void> check_sums(const Basis& basis, const wire::Statement& statement) {
  const auto sums = add_up(basis.total, basis.remainder, statement.figures, basis.price);
  if (!sums) return std::unexpected(sums.error());
  if (*sums != Sums{statement.amount, statement.total, statement.remainder})
    return fail(Errc::invalid, "the statement's sums are wrong");
  const auto& dispute = statement.dispute;
  if (dispute && statement.figures != smaller(dispute->owner, dispute->holder))
    return fail(Errc::invalid, "not the smaller figures");
  return {};
}

/// What the holder counts: up to the revision that the statement names where it may be the owner's newest,
/// for the answer with the very last one may not have got there; else up to its own newest.
std::span<const RevisionPoint> counted(const Basis& basis, std::span<const RevisionPoint> points,
                                       const wire::Statement& statement, std::chrono::milliseconds period) {
  if (points.empty() || points.back().number == statement.revision) return points;
  const auto without_last = points.first(points.size() - 1);
  const auto newest = without_last.empty() ? basis.revision : without_last.back().number;
  const bool may_be_unanswered = points.back().at >= statement.end - period;
  return newest == statement.revision && may_be_unanswered ? without_last : points;
}

/// Words that differ are told apart only where the holder has proof to the contrary.
bool contradict(wire::AuditWord owners, wire::AuditWord own) {
  return !wire::earns(owners) && own == wire::AuditWord::passed;
}

}  // namespace

Basis basis_of(const agreement::Agreement& agreement, const Account* account) {
  Basis out;
  out.agreement = agreement.id;
  out.price = agreement.terms.price_msat_per_tb_month;
  out.end = agreement.terms.since;
  if (account == nullptr) return out;
  out.number = account->number;
  out.end = account->end;
  out.total = account->total;
  out.remainder = account->remainder;
  out.revision = account->revision;
  out.bytes = account->bytes;
  out.root = account->root;
  out.is_closed = account->is_closed;
  return out;
}

Finding find(const Basis& basis, std::span<const RevisionPoint> points, WallTime end, wire::AuditWord audit) {
  const wire::Figures figures{byte_ms(basis.bytes, points, basis.end, end), audit};
  if (points.empty()) return {basis.revision, basis.bytes, basis.root, figures};
  const auto& newest = points.back();
  return {newest.number, newest.bytes, newest.root, figures};
}

wire::Figures smaller(const wire::Figures& owner, const wire::Figures& holder) {
  const bool is_holders_word = wire::earns(owner.audit) && !wire::earns(holder.audit);
  return {std::min(owner.byte_ms, holder.byte_ms), is_holders_word ? holder.audit : owner.audit};
}

Result<wire::Statement> propose(const Basis& basis, const Finding& own, WallTime end, bool is_last,
                                const std::optional<wire::Figures>& holder) {
  wire::Statement out;
  out.agreement = basis.agreement;
  out.number = basis.number + 1;
  out.start = basis.end;
  out.end = end;
  out.revision = own.revision;
  out.root = own.root;
  out.figures = holder ? smaller(own.figures, *holder) : own.figures;
  if (holder) out.dispute = wire::Statement::Dispute{own.figures, *holder};
  out.is_last = is_last;
  const auto sums = add_up(basis.total, basis.remainder, out.figures, basis.price);
  if (!sums) return std::unexpected(sums.error());
  out.amount = sums->amount;
  out.total = sums->total;
  out.remainder = sums->remainder;
  return out;
}

Basis after(const Basis& basis, const wire::Statement& statement, const Finding& own) {
  Basis out = basis;
  out.number = statement.number;
  out.end = statement.end;
  out.total = statement.total;
  out.remainder = statement.remainder;
  out.revision = own.revision;
  out.bytes = own.bytes;
  out.root = own.root;
  out.is_closed = statement.is_last;
  return out;
}

Result<Check> check(const Basis& basis, std::span<const RevisionPoint> points,
                    const wire::Statement& statement, wire::AuditWord own_audit, CheckTime time) {
  if (const auto fits = check_place(basis, statement, time); !fits) return std::unexpected(fits.error());
  const auto counts = counted(basis, points, statement, time.period);
  const auto own = find(basis, counts, statement.end, own_audit);
  const auto& dispute = statement.dispute;
  if (own.revision == statement.revision) {
    if (own.root != statement.root) return fail(Errc::conflict, "the root is another one");
    // The owner has signed what was kept from when on: it cannot say now that it was less. All histories have
    // the same last revision, though: an owner that came back with an old disk knows what it kept then.
    const auto& owners = dispute ? dispute->owner : statement.figures;
    const bool is_same_history = counts.empty() || !counts.back().ends;
    if (is_same_history && owners.byte_ms < own.figures.byte_ms)
      return fail(Errc::conflict, "the revisions that both have signed make more bytes");
  }
  const bool differs = dispute ? dispute->holder != own.figures
                               : statement.revision != own.revision ||
                                     statement.figures.byte_ms != own.figures.byte_ms ||
                                     contradict(statement.figures.audit, own_audit);
  if (differs) return Check{false, own};
  if (const auto fits = check_sums(basis, statement); !fits) return std::unexpected(fits.error());
  return Check{true, own};
}

Result<Finding> check_adopted(const Basis& basis, std::span<const RevisionPoint> points,
                              const wire::Statement& statement, WallTime now) {
  if (statement.end > now + kMaxClockAhead) return fail(Errc::invalid, "the statement is from the future");
  const bool follows = statement.agreement == basis.agreement && statement.number == basis.number + 1 &&
                       statement.start == basis.end;
  if (!follows) return fail(Errc::conflict, "it does not follow the last statement here");
  if (const auto fits = check_sums(basis, statement); !fits) return std::unexpected(fits.error());
  const auto later = std::ranges::find_if(
      points, [&](const RevisionPoint& point) { return point.number > statement.revision; });
  return find(basis, {points.begin(), later}, statement.end, statement.figures.audit);
}

}  // namespace mycostr::payment
