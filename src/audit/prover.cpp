#include "audit/prover.hpp"

#include "async/offload.hpp"
#include "mycostr/audit.pb.h"

namespace mycostr::audit {
namespace {

/// Row w/<agreement>: the challenge that was answered last.
struct Answered {
  std::uint64_t epoch = 0;
  std::uint32_t serial = 0;
  Digest challenge;
  std::uint32_t times = 0;
};

std::string answered_row(const AgreementId& agreement) {
  return "w/" + std::string(agreement.text());
}

std::string encode(const Answered& answered) {
  proto::AnsweredRow row;
  row.set_epoch(answered.epoch);
  row.set_serial(answered.serial);
  row.set_hash(std::string(answered.challenge.text()));
  row.set_times(answered.times);
  return row.SerializeAsString();
}

/// Nothing where the row is unreadable: then any challenge is new.
std::optional<Answered> decode_answered(std::string_view bytes) {
  proto::AnsweredRow row;
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  const auto hash = Digest::from(as_bytes(row.hash()));
  if (!hash) return std::nullopt;
  return Answered{row.epoch(), row.serial(), *hash, row.times()};
}

}  // namespace

/// One agreement's turn.
class Prover::InWork {
 public:
  InWork(Prover& prover, const AgreementId& agreement) : prover_(prover), agreement_(agreement) {
    prover_.in_work_.insert(agreement_);
  }
  ~InWork() { prover_.in_work_.erase(agreement_); }
  InWork(const InWork&) = delete;
  InWork& operator=(const InWork&) = delete;

 private:
  Prover& prover_;
  const AgreementId agreement_;
};

Task<Result<PeerReply>> Prover::handle_challenge(PeerRequest& request) {
  const auto started = ports_.clock.now();
  const auto challenge = wire::decode_challenge(request.message());
  if (!challenge) co_return std::unexpected(challenge.error());
  const auto agreement = check(request, *challenge);
  if (!agreement) co_return std::unexpected(agreement.error());
  if (in_work_.contains(agreement->id) || in_work_.size() >= kMaxWaiting)
    co_return fail(Errc::overloaded, "too many audits at once");
  const InWork in_work(*this, agreement->id);
  const auto slot = co_await slots_.take(1);
  if (auto done = co_await admit(*challenge); !done) co_return std::unexpected(done.error());
  const auto proof = co_await maker_.make(*challenge, agreement->peer);
  if (!proof) co_return std::unexpected(proof.error());
  // What left the agreement meanwhile may be gone by right.
  const auto* now = book_.find(agreement->id);
  if (now == nullptr || now->revision.number != agreement->revision.number)
    co_return fail(Errc::conflict, "the agreement has changed meanwhile");
  for (const auto& sample : proof->samples) {
    if (sample.missing && on_bad_shard) on_bad_shard(agreement->peer, sample.shard);
  }
  auto message = co_await async::offload(ports_.crypto_pool,
                                         [&] { return wire::encode_proof(*proof, ports_.identity); });
  auto record = record_of(*challenge, *agreement, *proof);
  record.latency = ports_.clock.now() - started;
  record.proof_bytes = message.size();
  auto transcript =
      wire::encode(wire::Transcript{wire::encode(agreement->signed_terms),
                                    wire::encode(agreement->signed_revision), request.message(), message});
  const auto kept = co_await log_.add(std::move(record), std::move(transcript), {}, Durability::buffered);
  if (!kept) co_return std::unexpected(kept.error());
  co_return PeerReply{std::move(message), {}, {}};
}

void Prover::forget(WriteBatch& batch, const AgreementId& agreement) {
  batch.erase(answered_row(agreement));
}

Result<agreement::Agreement> Prover::check(const PeerRequest& request,
                                           const wire::SignedChallenge& signed_challenge) const {
  const auto& challenge = signed_challenge.challenge;
  const auto* agreement = book_.find(challenge.agreement);
  // What the owner signed since, and seems to have lost, is shown by the agreement's own calls.
  const bool is_behind = agreement != nullptr && agreement->role == agreement::Role::holder &&
                         agreement->peer == request.from().id &&
                         challenge.revision < agreement->revision.number;
  if (is_behind) return fail(Errc::conflict, "the agreement is at another revision here");
  if (agreement == nullptr || agreement->role != agreement::Role::holder ||
      (agreement->state != agreement::State::active && agreement->state != agreement::State::unpaid)) {
    return fail(Errc::not_found, "no such agreement");
  }
  if (request.from().id != agreement->peer || !signed_challenge.is_signed_by(agreement->terms.owner_key))
    return fail(Errc::forbidden, "only the owner may ask for a proof");
  const auto& revision = agreement->revision;
  if (challenge.revision != revision.number || challenge.root != revision.root ||
      challenge.shards != revision.shards) {
    return fail(Errc::conflict, "the agreement is at another revision here");
  }
  return *agreement;
}

Task<Result<void>> Prover::admit(wire::SignedChallenge signed_challenge) {
  const auto& challenge = signed_challenge.challenge;
  const auto now = epoch_at(ports_.clock.wall_now(), settings_.period);
  if (challenge.epoch > now + 1 || challenge.epoch + epochs_contained(settings_) + 1 < now)
    co_return fail(Errc::forbidden, "the challenge is not of this epoch");
  const auto row = co_await ports_.meta.get(answered_row(challenge.agreement));
  if (!row) co_return std::unexpected(row.error());
  Answered answered{challenge.epoch, challenge.serial, signed_challenge.hash(), 1};
  if (const auto last = *row ? decode_answered(**row) : std::nullopt) {
    const bool is_same = last->challenge == answered.challenge;
    if (is_same) answered.times = last->times + 1;
    if (answered.times > kMaxRepeats) co_return fail(Errc::forbidden, "answered often enough");
    const bool is_newer = std::pair(challenge.epoch, challenge.serial) > std::pair(last->epoch, last->serial);
    if (!is_same && !is_newer) co_return fail(Errc::forbidden, "no newer challenge than the last one");
  }
  WriteBatch batch;
  batch.put(answered_row(challenge.agreement), encode(answered));
  co_return co_await ports_.meta.commit(std::move(batch), Durability::buffered);
}

Record Prover::record_of(const wire::SignedChallenge& challenge, const agreement::Agreement& agreement,
                         const wire::Proof& proof) {
  Record record{.id = ports_.random.make<AuditId>(),
                .agreement = agreement.id,
                .role = agreement::Role::holder,
                .peer = agreement.peer,
                .epoch = challenge.challenge.epoch,
                .serial = challenge.challenge.serial,
                .outcome = Outcome::passed,
                .at = ports_.clock.wall_now(),
                .chained = challenge.challenge.kind == wire::AuditKind::chained};
  for (const auto& sample : proof.samples) {
    record.leaves += static_cast<std::uint32_t>(sample.leaves.size());
    if (sample.missing) ++record.lost;
  }
  if (record.lost > 0) {
    record.outcome = Outcome::failed;
    record.why = "shards are missing here";
  }
  return record;
}

}  // namespace mycostr::audit
