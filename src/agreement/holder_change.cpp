// The part of HolderService that answers changes.
#include "agreement/clearing.hpp"
#include "agreement/clock_ahead.hpp"
#include "agreement/holder_service.hpp"
#include "agreement/in_work.hpp"
#include "base/log.hpp"
#include "crypto/merkle.hpp"

namespace mycostr::agreement {
namespace {

using Outcome = wire::ChangeReply::Outcome;

PeerReply reply_of(wire::ChangeReply reply) {
  return {wire::encode(reply), {}, {}};
}

/// The holder's newest revision, for an owner that knows another one.
PeerReply contradicted_by(const Agreement& agreement) {
  wire::ChangeReply reply{Outcome::conflict};
  if (agreement.revision.number > 0) reply.revision = agreement.signed_revision;
  return reply_of(std::move(reply));
}

class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(++count) {}
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace

Task<Result<PeerReply>> HolderService::handle_change(PeerRequest& request) {
  auto change = wire::decode_change_agreement(request.message());
  if (!change) co_return std::unexpected(change.error());
  const auto owner = request.from();
  auto revision = wire::verify_proposed_revision(change->revision, owner.key);
  if (!revision) co_return std::unexpected(revision.error());
  auto delta = wire::decode_delta(change->delta);
  if (!delta) co_return std::unexpected(delta.error());
  const auto* found = book_.find(revision->agreement);
  if (found == nullptr || found->role != Role::holder) co_return fail(Errc::not_found, "no such agreement");
  if (found->peer != owner.id) co_return fail(Errc::forbidden, "this agreement is another owner's");
  const bool is_over = found->state != State::active;
  const bool is_same = found->signed_revision.payload == change->revision.payload;
  if (is_same && (!is_over || found->revision.ends))
    co_return reply_of({Outcome::agreed, found->signed_revision});
  // An owner that only compares shows a former revision, with no delta.
  if (revision->number <= found->revision.number) co_return contradicted_by(*found);
  if (is_over) co_return fail(Errc::not_found, "the agreement has ended");
  const bool is_whole = wire::delta_hash(change->delta) == revision->delta_hash;
  const bool is_bare = delta->removed.empty() && delta->added.empty();
  if (!is_whole && is_bare) co_return contradicted_by(*found);
  if (!is_whole) co_return fail(Errc::invalid, "the revision is of another change");
  if (waiting_ >= kMaxChangesWaiting) co_return fail(Errc::overloaded, "too many changes wait");
  const InWork in_work(*this, owner.id);
  if (!in_work.is_first()) co_return fail(Errc::overloaded, "another call of this owner is being answered");
  const auto before = *found;
  const Counted waiting(waiting_);
  const auto slot = co_await slots_.take(1);
  co_return co_await answer(before, std::move(change->revision), std::move(*revision), std::move(*delta));
}

Task<Result<PeerReply>> HolderService::answer(Agreement before, wire::SignedPayload proposal,
                                              wire::Revision revision, wire::Delta delta) {
  if (revision.at > ports_.clock.wall_now() + kMaxClockAhead) {
    co_return fail(Errc::invalid, "the revision is from the future");
  }
  if (revision.number <= before.revision.number || revision.at < before.revision.at) {
    co_return contradicted_by(before);
  }
  const auto missing = co_await missing_of(before.peer, delta.added);
  if (!missing) co_return std::unexpected(missing.error());
  if (!missing->empty()) co_return reply_of({Outcome::missing, std::nullopt, *missing});
  auto draft = co_await draft_of(before.id, std::move(delta), revision.ends);
  if (!draft) {
    const auto code = draft.error().code;
    const bool is_other_set = code == Errc::not_found || code == Errc::exists;
    if (is_other_set) co_return contradicted_by(before);
    co_return std::unexpected(draft.error());
  }
  if (draft->root != revision.root || draft->size != revision.shards || draft->bytes != revision.bytes) {
    co_return contradicted_by(before);
  }
  co_return co_await agree(std::move(before), std::move(proposal), std::move(revision), std::move(*draft));
}

Task<Result<PeerReply>> HolderService::agree(Agreement agreement, wire::SignedPayload proposal,
                                             wire::Revision revision, ShardSet::Draft draft) {
  const auto signature = ports_.identity.sign(wire::kRevisionHolderPurpose, proposal.payload);
  agreement.signed_revision = {std::move(proposal.payload), proposal.signature, signature};
  agreement.revision = revision;
  if (revision.ends) agreement.state = State::ending;
  auto reply = reply_of({Outcome::agreed, agreement.signed_revision});
  WriteBatch batch;
  draft.append_to(batch);
  // Synced: what is signed is promised.
  const auto saved = co_await book_.save({std::move(agreement)}, std::move(batch), Durability::synced);
  if (!saved) {
    log(LogLevel::error, "agreement", "could not save a revision: {}", to_string(saved.error()));
    co_return std::unexpected(saved.error());
  }
  if (revision.ends) ended_.notify_all();
  co_return reply;
}

Task<Result<ShardSet::Draft>> HolderService::draft_of(AgreementId agreement, wire::Delta delta, bool ends) {
  if (ends) {
    if (!delta.removed.empty() || !delta.added.empty()) {
      co_return fail(Errc::invalid, "the last revision names no shards");
    }
    co_return ShardSet::Draft{crypto::merkle_root_of_leaves({}), 0, {}, {}};
  }
  ShardSet set(ports_.meta, ports_.crypto_pool, agreement);
  if (auto done = co_await set.load(); !done) co_return std::unexpected(done.error());
  co_return co_await set.prepare(std::move(delta));
}

Task<Result<std::vector<ShardId>>> HolderService::missing_of(NodeId owner,
                                                             std::vector<wire::ShardEntry> shards) {
  std::vector<ShardId> out;
  for (const auto& entry : shards) {
    const auto size = co_await ports_.chunks.size_of({owner, entry.id});
    if (!size && size.error().code != Errc::not_found) co_return std::unexpected(size.error());
    const bool is_kept = size && *size == entry.size && !deleting_.contains({owner, entry.id});
    if (!is_kept) out.push_back(entry.id);
  }
  co_return out;
}

}  // namespace mycostr::agreement
