#include "audit/auditor.hpp"

#include <algorithm>
#include <exception>

#include "async/cancel.hpp"
#include "base/log.hpp"

namespace mycostr::audit {
namespace {

constexpr std::string_view kRows = "aw/";
constexpr std::size_t kRowsAtOnce = 1000;
constexpr int kBusyTries = 3;
constexpr Duration kBusyPause = std::chrono::seconds(5);
constexpr Duration kBusyRound = std::chrono::seconds(10);
constexpr Duration kChangePause = std::chrono::milliseconds(200);
constexpr int kChangePauses = 100;
constexpr int kRounds = 60;  // in a period
constexpr int kIdleRounds = 5;

std::string row_of(const AgreementId& agreement) {
  return std::string(kRows) + std::string(agreement.text());
}

}  // namespace

class Auditor::InWork {
 public:
  InWork(std::set<AgreementId>& in_work, const AgreementId& id) : in_work_(in_work), id_(id) {}
  ~InWork() { in_work_.erase(id_); }
  InWork(const InWork&) = delete;
  InWork& operator=(const InWork&) = delete;

 private:
  std::set<AgreementId>& in_work_;
  const AgreementId id_;
};

Task<Result<void>> Auditor::open() {
  std::string after;
  for (bool more = true; more;) {
    const auto rows = co_await ports_.meta.scan({std::string(kRows), after, kRowsAtOnce});
    if (!rows) co_return std::unexpected(rows.error());
    WriteBatch old;
    for (const auto& row : *rows) {
      const auto id = AgreementId::from(as_bytes(row.key).subspan(kRows.size()));
      auto standing = decode_standing(row.value);
      if (id && standing && book_.find(*id) != nullptr) {
        standings_.emplace(*id, std::move(*standing));
      } else {
        old.erase(row.key);
      }
    }
    more = rows->size() == kRowsAtOnce;
    if (more) after = rows->back().key;
    if (old.empty()) continue;
    if (auto done = co_await ports_.meta.commit(std::move(old), Durability::buffered); !done) co_return done;
  }
  co_return Result<void>();
}

Task<> Auditor::run() {
  std::exception_ptr stopped;
  try {
    co_await rounds();
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await async::begin_cleanup();
  co_await tasks_.close();
  co_await async::end_cleanup();
  if (stopped) std::rethrow_exception(stopped);
}

Task<> Auditor::rounds() {
  for (;;) {
    look();
    const auto usual = settings_.period / kRounds;
    // A node that has nothing with others, as most, looks less often.
    const auto quiet = standings_.empty() ? kIdleRounds * usual : usual;
    co_await ports_.clock.sleep_for(tasks_.size() > 0 ? std::min(usual, kBusyRound) : quiet);
  }
}

void Auditor::look() {
  std::erase_if(standings_, [&](const auto& entry) { return book_.find(entry.first) == nullptr; });
  const auto now = ports_.clock.wall_now();
  for (const auto& [id, agreement] : book_.all()) {
    if (tasks_.size() >= kAuditsAtOnce) return;
    if (auditable(id) == nullptr || in_work_.contains(id)) continue;
    if (schedule_.due(id, standings_[id], now, ports_.random.below(UINT64_MAX)) == Due::nothing) continue;
    in_work_.insert(id);
    tasks_.spawn(audit(id));
  }
}

const agreement::Agreement* Auditor::auditable(const AgreementId& id) const {
  const auto* agreement = book_.find(id);
  const bool is_fit = agreement != nullptr && agreement->role == agreement::Role::owner &&
                      agreement->state == agreement::State::active && agreement->revision.number > 0 &&
                      agreement->revision.shards > 0;
  return is_fit ? agreement : nullptr;
}

Result<void> Auditor::request_now(const AgreementId& id) {
  if (auditable(id) == nullptr)
    return fail(Errc::not_found, "no active agreement of this owner with shards in it");
  const auto& standing = standings_[id];
  if (in_work_.contains(id) || tasks_.size() >= 2 * kAuditsAtOnce)
    return fail(Errc::overloaded, "an audit is under way");
  if (standing.contained) {
    return fail(Errc::conflict, "the holder owes an answer, and is asked again at " +
                                    to_rfc3339(standing.contained->next_try));
  }
  if (!next_serial(standing, epoch_now())) return fail(Errc::overloaded, "enough audits in this period");
  in_work_.insert(id);
  tasks_.spawn(audit(id));
  return {};
}

bool Auditor::is_contained(const NodeId& holder) const {
  const auto* agreement = book_.with(agreement::Role::owner, holder);
  // Where a change that was under way took everything out there is nothing left to be asked about.
  const bool is_fit = agreement != nullptr && auditable(agreement->id) != nullptr;
  const auto at = is_fit ? standings_.find(agreement->id) : standings_.end();
  return at != standings_.end() && at->second.contained.has_value();
}

bool Auditor::is_asking(const NodeId& holder) const {
  const auto* agreement = book_.with(agreement::Role::owner, holder);
  return agreement != nullptr && in_work_.contains(agreement->id);
}

Task<> Auditor::let_change_end(AgreementId id) {
  const auto pause = std::min(kChangePause, settings_.period / 1000);
  for (int i = 0; i < kChangePauses; ++i) {
    const auto* agreement = book_.find(id);
    if (agreement == nullptr || !ports_.is_changing(agreement->peer)) co_return;
    co_await ports_.clock.sleep_for(pause);
  }
}

Task<> Auditor::audit(AgreementId id) {
  const InWork in_work(in_work_, id);
  co_await let_change_end(id);
  if (co_await audit_once(id, wire::AuditKind::plain) != Outcome::passed) co_return;
  if (standings_[id].chained_epoch + kChainedEvery > epoch_now()) co_return;
  co_await audit_once(id, wire::AuditKind::chained);
}

Task<Outcome> Auditor::audit_once(AgreementId id, wire::AuditKind kind) {
  auto question = co_await prepare(id, kind);
  if (!question) {
    log(LogLevel::warn, "audit", "agreement={} was not audited: {}", short_hex(id.view()),
        to_string(question.error()));
    co_return Outcome::unknown;
  }
  const bool was_there = ports_.is_there(question->agreement.peer);
  auto reply = co_await ask(*question);
  // Who owes an answer, and is there but takes no call, may not wait until the question is too old to be
  // asked.
  reply.is_evasion = reply.answer == Answer::unreachable && was_there && standings_[id].contained.has_value();
  const auto outcome = settle_reply(*question, reply);
  co_await conclude(std::move(*question), std::move(reply), outcome);
  co_return outcome;
}

Task<Result<Question>> Auditor::prepare(AgreementId id, wire::AuditKind kind) {
  const auto* agreement = auditable(id);
  if (agreement == nullptr) co_return fail(Errc::not_found, "the agreement has ended");
  if (auto question = owed(*agreement)) co_return std::move(*question);
  auto& standing = standings_[id];
  const auto epoch = epoch_now();
  const auto serial = next_serial(standing, epoch);
  if (!serial) co_return fail(Errc::conflict, "the clock went back, or this period had enough audits");
  auto question = asker_.make(*agreement, epoch, *serial, kind);
  question.is_another = standing.contained.has_value();
  standing.epoch = epoch;
  standing.serial = *serial;
  if (kind == wire::AuditKind::chained) standing.chained_epoch = epoch;
  WriteBatch batch;
  batch.put(row_of(id), encode_row(standing));
  if (auto done = co_await ports_.meta.commit(std::move(batch), Durability::synced); !done)
    co_return std::unexpected(done.error());
  co_return question;
}

std::optional<Question> Auditor::owed(const agreement::Agreement& agreement) const {
  const auto& contained = standings_.at(agreement.id).contained;
  if (!contained) return std::nullopt;
  auto challenge = wire::decode_challenge(contained->challenge);
  if (!challenge || challenge->challenge.epoch + epochs_contained(settings_) < epoch_now())
    return std::nullopt;
  Question question{agreement, std::move(*challenge), contained->challenge, contained->is_another};
  return question.fits(agreement) ? std::optional(std::move(question)) : std::nullopt;
}

Task<Reply> Auditor::ask(Question& question) {
  auto reply = co_await asker_.ask(question);
  for (int tries = 1; reply.is_busy && tries <= kBusyTries; ++tries) {
    co_await ports_.clock.sleep_for(std::min(kBusyPause, settings_.period / 20) * tries);
    const auto* agreement = auditable(question.agreement.id);
    if (agreement == nullptr) co_return Reply();
    if (!question.fits(*agreement)) {
      auto next = co_await remake(question);
      if (!next) co_return Reply();
      question = std::move(*next);
    }
    reply = co_await asker_.ask(question);
    // It has seen what it is asked for: being away now is no excuse.
    if (reply.answer == Answer::unreachable) reply.answer = Answer::none;
  }
  co_return reply;
}

/// Of a new number: the holder may have begun to answer the other.
Task<Result<Question>> Auditor::remake(const Question& question) {
  const auto id = question.agreement.id;
  const auto asked = question.challenge.challenge;
  auto& standing = standings_[id];
  const auto serial = next_serial(standing, asked.epoch);
  const auto* agreement = auditable(id);
  if (!serial || agreement == nullptr) co_return fail(Errc::conflict, "this period had enough audits");
  auto next = asker_.make(*agreement, asked.epoch, *serial, asked.kind);
  next.is_another = true;
  standing.epoch = asked.epoch;
  standing.serial = *serial;
  WriteBatch batch;
  batch.put(row_of(id), encode_row(standing));
  if (auto done = co_await ports_.meta.commit(std::move(batch), Durability::synced); !done)
    co_return std::unexpected(done.error());
  co_return next;
}

Outcome Auditor::settle_reply(const Question& question, const Reply& reply) {
  auto& standing = standings_[question.agreement.id];
  auto answer = reply.answer;
  // A slow chained audit lowers the score by its steps' time, and is no reason to take the data for lost.
  if (question.is_chained() && answer == Answer::none) answer = Answer::not_asked;
  if (reply.is_evasion) answer = Answer::none;
  if (standing.contained && may_be_own_fault(*standing.contained, reply)) answer = Answer::not_asked;
  const auto now = ports_.clock.wall_now();
  const auto outcome = settle(standing, answer, {question.encoded, question.is_another}, now, settings_);
  if (outcome == Outcome::passed) last_passed_ = now;
  return outcome;
}

/// A clock that is wrong here is refused by all, and a line that lets only datagrams through reaches nobody:
/// no holder fails for it unless somebody else passes.
bool Auditor::may_be_own_fault(const Containment& contained, const Reply& reply) const {
  return (reply.is_refusal || reply.is_evasion) && contained.tries + 1 == kContainedTries &&
         (!last_passed_ || *last_passed_ < contained.since);
}

Task<> Auditor::conclude(Question question, Reply reply, Outcome outcome) {
  const auto& challenge = question.challenge.challenge;
  const auto& agreement = question.agreement;
  const auto at = ports_.clock.wall_now();
  Verdict verdict{.id = ports_.random.make<AuditId>(),
                  .holder = agreement.peer,
                  .agreement = agreement.id,
                  .epoch = challenge.epoch,
                  .serial = challenge.serial,
                  .outcome = outcome,
                  .lost = reply.judgement.lost,
                  .at = at,
                  .latency = reply.latency,
                  .proof_bytes = reply.proof.size(),
                  .leaves = reply.judgement.leaves,
                  .chained_step = std::nullopt,
                  .disagrees = reply.disagrees};
  if (question.is_chained() && reply.answer == Answer::right)
    verdict.chained_step = reply.latency / wire::kChainSteps;
  // Refusing is no faster than being late.
  if (question.is_chained() && reply.answer == Answer::none)
    verdict.chained_step = std::max(reply.latency, settings_.deadline) / wire::kChainSteps;
  if (outcome == Outcome::failed || outcome == Outcome::contained) {
    log(LogLevel::warn, "audit", "node={} {}: {}", short_hex(agreement.peer.view()),
        wire::outcome_name(outcome), reply.judgement.why);
  }
  Bytes transcript;
  if (reply.judgement.is_from_holder) {
    transcript = wire::encode(wire::Transcript{wire::encode(agreement.signed_terms),
                                               wire::encode(agreement.signed_revision), question.encoded,
                                               std::move(reply.proof)});
  }
  Record record{verdict.id,
                agreement.id,
                agreement::Role::owner,
                agreement.peer,
                challenge.epoch,
                challenge.serial,
                outcome,
                at,
                reply.latency,
                verdict.proof_bytes,
                reply.judgement.leaves,
                static_cast<std::uint32_t>(verdict.lost.size()),
                question.is_chained(),
                std::move(reply.judgement.why),
                false};
  if (!verdict.lost.empty() && on_lost) {
    const auto noted = co_await on_lost(verdict.holder, verdict.lost);
    if (!noted) log(LogLevel::error, "audit", "could not note what is lost: {}", to_string(noted.error()));
    verdict.was_reported = noted.value_or(false);
  }
  WriteBatch batch;
  batch.put(row_of(agreement.id), encode_row(standings_[agreement.id]));
  const auto durability =
      outcome == Outcome::passed || outcome == Outcome::offline ? Durability::buffered : Durability::synced;
  const auto kept = co_await log_.add(std::move(record), std::move(transcript), std::move(batch), durability);
  if (!kept) log(LogLevel::error, "audit", "could not keep an audit: {}", to_string(kept.error()));
  if (on_verdict) on_verdict(verdict);
}

}  // namespace mycostr::audit
