// The part of Desk that takes one change from its signing to its end.
#include <algorithm>

#include "agreement/clock_ahead.hpp"
#include "agreement/desk.hpp"
#include "agreement/keys.hpp"
#include "base/log.hpp"
#include "crypto/merkle.hpp"

namespace mycostr::agreement {

Task<Result<void>> Desk::change(Agreement before, wire::Delta delta, bool ends) {
  ShardSet set(ports_.meta, ports_.crypto_pool, before.id);
  if (auto done = co_await set.load(); !done) co_return done;
  // In the last revision nothing is kept; the rows are taken apart when it is signed.
  ShardSet::Draft draft{crypto::merkle_root_of_leaves({}), 0, {}, {}};
  if (!ends) {
    auto prepared = co_await set.prepare(delta);
    if (!prepared) co_return std::unexpected(prepared.error());
    draft = std::move(*prepared);
  }
  before.last_number = std::max(before.last_number, before.revision.number) + 1;
  const auto encoded = wire::encode(delta);
  const wire::Revision revision{before.id,
                                before.last_number,
                                draft.root,
                                draft.size,
                                draft.bytes,
                                wire::delta_hash(encoded),
                                std::max(ports_.clock.wall_now(), before.revision.at),
                                ends};
  const auto payload = wire::encode(revision);
  const wire::ChangeAgreement message{{payload, ports_.identity.sign(wire::kRevisionPurpose, payload)},
                                      encoded};
  WriteBatch batch;
  batch.put(keys::of(keys::kChanges, before.id), std::string(as_text(wire::encode(message))));
  if (auto done = co_await book_.save({before}, std::move(batch), Durability::synced); !done) co_return done;
  co_return co_await settle(std::move(before), Change{message, revision, std::move(delta), std::move(draft)});
}

Task<Result<void>> Desk::settle_unanswered(Agreement before) {
  const auto row = co_await ports_.meta.get(keys::of(keys::kChanges, before.id));
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return Result<void>();
  const auto corrupt = [&] { return fail(Errc::corrupt, "a change of agreement " + before.id.hex()); };
  auto message = wire::decode_change_agreement(as_bytes(**row));
  if (!message) co_return corrupt();
  auto revision = wire::decode_revision(message->revision.payload);
  auto delta = wire::decode_delta(message->delta);
  if (!revision || !delta) co_return corrupt();
  if (revision->at > ports_.clock.wall_now() + kMaxClockAhead) {
    // This clock was wrong then, and no holder signs it.
    WriteBatch batch;
    batch.erase(keys::of(keys::kChanges, before.id));
    co_return co_await ports_.meta.commit(std::move(batch), Durability::buffered);
  }
  ShardSet::Draft draft;
  if (!revision->ends) {
    ShardSet set(ports_.meta, ports_.crypto_pool, before.id);
    if (auto done = co_await set.load(); !done) co_return done;
    auto prepared = co_await set.prepare(*delta);
    if (!prepared) co_return std::unexpected(prepared.error());
    draft = std::move(*prepared);
  }
  co_return co_await settle(std::move(before), Change{std::move(*message), std::move(*revision),
                                                      std::move(*delta), std::move(draft)});
}

Task<Result<void>> Desk::settle(Agreement before, Change change) {
  const auto answer = co_await call(wire::operations::kChangeAgreement, wire::encode(change.message));
  if (!answer) co_return co_await refused(std::move(before), answer.error());
  auto reply = wire::decode_change_reply(answer->message);
  if (!reply) co_return std::unexpected(reply.error());
  switch (reply->outcome) {
    case wire::ChangeReply::Outcome::agreed:
      co_return co_await take_agreed(std::move(before), change, std::move(*reply->revision));
    case wire::ChangeReply::Outcome::missing:
      co_return co_await take_missing(std::move(before), change, std::move(reply->missing));
    case wire::ChangeReply::Outcome::conflict:
      break;
  }
  co_return co_await disagree(std::move(before), reply->revision, change.message.revision.payload);
}

Task<Result<void>> Desk::take_agreed(Agreement before, const Change& change, wire::CoSigned signed_by_both) {
  const bool is_asked = signed_by_both.payload == change.message.revision.payload;
  if (!is_asked) co_return fail(Errc::invalid, "the holder signed another revision");
  if (const auto fits = wire::verify_revision(signed_by_both, before.terms); !fits) {
    co_return std::unexpected(fits.error());
  }
  // The last one is a farewell.
  if (!change.revision.ends) ++signatures_;
  before.revision = change.revision;
  before.signed_revision = std::move(signed_by_both);
  WriteBatch batch;
  change.draft.append_to(batch);
  batch.erase(keys::of(keys::kChanges, before.id));
  ByteCount joined;
  for (const auto& entry : change.delta.added) {
    JoinQueue::joined(batch, holder_, entry.id);
    joined.value += entry.size.value;
  }
  joins_.took(holder_, joined);
  // Buffered: should it be lost, the change is still there, and the holder gives the same answer again.
  co_return co_await book_.save({std::move(before)}, std::move(batch), Durability::buffered);
}

Task<Result<void>> Desk::take_missing(Agreement before, const Change& change, std::vector<ShardId> missing) {
  std::vector<wire::ShardEntry> denied;
  for (const auto& entry : change.delta.added) {
    if (std::ranges::find(missing, entry.id) != missing.end()) denied.push_back(entry);
  }
  if (denied.empty()) co_return fail(Errc::invalid, "the holder misses what nobody added");
  log(LogLevel::warn, "agreement", "holder={} has not got {} shards that it gave receipts for",
      short_hex(holder_.view()), denied.size());
  WriteBatch batch;
  batch.erase(keys::of(keys::kChanges, before.id));
  co_return co_await mark_missing(std::move(denied), std::move(batch), Missing::denied);
}

Task<Result<void>> Desk::mark_missing(std::vector<wire::ShardEntry> shards, WriteBatch batch, Missing why) {
  for (const auto& entry : shards) JoinQueue::mark_missing(batch, holder_, entry);
  const auto done = co_await ports_.meta.commit(std::move(batch), Durability::buffered);
  if (!done) co_return done;
  if (on_missing_) {
    std::vector<ShardId> ids;
    for (const auto& entry : shards) ids.push_back(entry.id);
    on_missing_(holder_, std::move(ids), why);
  }
  co_return done;
}

/// Only to see what it says: no new revision, for it may owe an answer about this one.
Task<Result<void>> Desk::compare() {
  if (active() == nullptr) co_return co_await propose();
  const auto agreement = *active();
  // Nothing is signed yet that could be shown.
  if (agreement.revision.number == 0) co_return co_await change(agreement, {}, false);
  const auto& newest = agreement.signed_revision;
  const wire::ChangeAgreement message{{newest.payload, newest.owner_signature}, wire::encode(wire::Delta())};
  const auto answer = co_await call(wire::operations::kChangeAgreement, wire::encode(message));
  if (!answer) co_return co_await refused(agreement, answer.error());
  const auto reply = wire::decode_change_reply(answer->message);
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->outcome != wire::ChangeReply::Outcome::conflict) co_return Result<void>();
  co_return co_await disagree(agreement, reply->revision, {});
}

Task<Result<void>> Desk::refused(Agreement agreement, Error error) {
  if (error.code != Errc::not_found) co_return std::unexpected(std::move(error));
  if (owes_answer()) co_return owes();
  co_return co_await give_up(std::move(agreement), std::nullopt);
}

Task<Result<void>> Desk::disagree(Agreement agreement, std::optional<wire::CoSigned> shown, Bytes under_way) {
  const auto revision = shown ? wire::verify_revision(*shown, agreement.terms)
                              : Result<wire::Revision>(fail(Errc::not_found, "none"));
  const bool counts = revision && revision->agreement == agreement.id;
  const auto number = counts ? revision->number : 0;
  // Each number is on disk before it is signed: what lies above them all, or says something else than the
  // change that has just been sent with its number, was signed before this owner lost its disk.
  const bool is_other = !under_way.empty() && number == agreement.last_number && shown->payload != under_way;
  const bool is_lost_here = counts && (number > agreement.last_number || is_other);
  if (!is_lost_here && owes_answer()) co_return owes();
  co_return co_await give_up(std::move(agreement), number);
}

std::unexpected<Error> Desk::owes() {
  return fail(Errc::conflict, "the holder owes an answer to an audit, and disagreeing is none");
}

Task<Result<void>> Desk::give_up(Agreement agreement, std::optional<std::uint64_t> shown) {
  log(LogLevel::warn, "agreement", "agreement={} holder={} is over: the holder {}", agreement.id.hex(),
      short_hex(holder_.view()),
      shown ? "has revision " + std::to_string(*shown) : std::string("does not know it"));
  const bool was_active = agreement.state == State::active;
  const bool is_denial = !shown || *shown < agreement.revision.number;
  if (was_active && is_denial && agreement.revision.shards > 0) ports_.on_denial(holder_);
  // It is to be told, by a revision above all it knows: else it keeps the agreement, and its shards.
  const bool is_to_be_told = shown && (was_active || *shown > agreement.last_number);
  // One that its owner ended does not go on as another.
  if (was_active) agreement.rejoins = true;
  agreement.state = State::ending;
  agreement.last_number = std::max(agreement.last_number, shown.value_or(0));
  WriteBatch batch;
  batch.erase(keys::of(keys::kChanges, agreement.id));
  if (auto done = co_await book_.save({agreement}, std::move(batch), Durability::buffered); !done)
    co_return done;
  if (!is_to_be_told) {
    if (auto done = co_await take_apart(std::move(agreement)); !done) co_return done;
  }
  joins_.wake();
  // No success: else the next agreement, and its end, could follow at once, and so on.
  co_return fail(Errc::conflict, "the agreement was given up");
}

}  // namespace mycostr::agreement
