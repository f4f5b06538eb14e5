#include "agreement/desk.hpp"

#include <algorithm>
#include <numeric>

#include "agreement/clearing.hpp"
#include "agreement/keys.hpp"
#include "base/log.hpp"

namespace mycostr::agreement {
namespace {

/// A call that says something of whether the node is there at all, rather than of what was asked.
bool is_silence(Errc code) {
  return code == Errc::unreachable || code == Errc::timeout || code == Errc::closed ||
         code == Errc::wrong_peer;
}

}  // namespace

Task<Result<PeerReply>> Desk::call(const char* operation, Bytes message) {
  const auto contact = ports_.find_holder(holder_);
  if (!contact) co_return fail(Errc::unreachable, "the holder is not there");
  PeerCall call{operation, std::move(message), {}};
  auto reply = co_await ports_.transport.call(contact->address, std::move(call), ports_.call);
  const bool was_there =
      reply || (reply.error().code != Errc::unreachable && reply.error().code != Errc::wrong_peer);
  if (was_there) ++calls_;
  if (!reply && is_silence(reply.error().code)) ports_.on_silence(holder_);
  co_return reply;
}

Task<Result<void>> Desk::catch_up() {
  for (const auto& id : book_.ending_with(Role::owner, holder_)) {
    // Others may be forgotten meanwhile.
    if (book_.find(id) == nullptr) continue;
    if (auto done = co_await finish(id); !done) co_return done;
  }
  if (active() == nullptr) co_return Result<void>();
  co_return co_await settle_unanswered(*active());
}

Task<Result<void>> Desk::propose() {
  const auto contact = ports_.find_holder(holder_);
  if (!contact) co_return fail(Errc::unreachable, "the holder is not there");
  // It may have become dearer since it was chosen.
  if (contact->price_msat_per_tb_month > ports_.max_price_msat_per_tb_month)
    co_return fail(Errc::conflict, "the holder asks more than payments.max_price_msat_per_tb_month");
  const wire::Terms terms{
      ports_.identity.public_key(), contact->key,      contact->price_msat_per_tb_month,
      ports_.clock.wall_now(),      ports_.network_id, ports_.random.make<wire::TermsNonce>()};
  const auto payload = wire::encode(terms);
  const auto signature = ports_.identity.sign(wire::kTermsPurpose, payload);
  const auto reply =
      co_await call(wire::operations::kProposeAgreement, wire::encode_signed({payload, signature}));
  if (!reply) co_return std::unexpected(reply.error());
  auto signed_by_both = wire::decode_co_signed(reply->message);
  if (!signed_by_both) co_return std::unexpected(signed_by_both.error());
  if (signed_by_both->payload != payload) co_return fail(Errc::invalid, "the holder signed other terms");
  if (const auto agreed = wire::verify_terms(*signed_by_both); !agreed) {
    co_return std::unexpected(agreed.error());
  }
  auto agreement = make_agreement(Role::owner, terms, std::move(*signed_by_both));
  log(LogLevel::info, "agreement", "made agreement={} holder={}", agreement.id.hex(),
      short_hex(holder_.view()));
  // Buffered: should it be lost, nothing was in it, and the holder takes another one.
  co_return co_await book_.save({std::move(agreement)}, {}, Durability::buffered);
}

Task<Result<bool>> Desk::join_some() {
  auto shards = co_await joins_.waiting(holder_, wire::kMaxShardsPerChange);
  if (!shards) co_return std::unexpected(shards.error());
  if (shards->empty()) co_return false;
  if (active() == nullptr) {
    if (auto done = co_await propose(); !done) co_return std::unexpected(done.error());
  }
  const auto agreement = *active();
  auto done = co_await change(agreement, {{}, *shards}, false);
  if (!done && done.error().code == Errc::exists) done = co_await forget_joined(agreement.id, *shards);
  if (!done) co_return std::unexpected(done.error());
  co_return true;
}

bool Desk::is_ending() const {
  return !book_.ending_with(Role::owner, holder_).empty();
}

Task<Result<void>> Desk::give_up_waiting() {
  for (const auto& id : book_.ending_with(Role::owner, holder_)) {
    const auto* found = book_.find(id);
    if (found == nullptr || !found->rejoins) continue;
    if (auto done = co_await take_apart(*found); !done) co_return done;
  }
  for (;;) {
    auto shards = co_await joins_.waiting(holder_, wire::kMaxShardsPerChange);
    if (!shards) co_return std::unexpected(shards.error());
    if (shards->empty()) co_return Result<void>();
    log(LogLevel::warn, "agreement", "no agreement with holder={} about {} shards that it gave receipts for",
        short_hex(holder_.view()), shards->size());
    if (auto done = co_await mark_missing(std::move(*shards), {}, Missing::not_signed); !done) co_return done;
  }
}

/// Those that wait though they are in it already need not wait.
Task<Result<void>> Desk::forget_joined(AgreementId agreement, std::vector<wire::ShardEntry> shards) {
  std::vector<ShardId> ids;
  for (const auto& shard : shards) ids.push_back(shard.id);
  const auto in_it = co_await joined(agreement, std::move(ids));
  if (!in_it) co_return std::unexpected(in_it.error());
  WriteBatch batch;
  for (const auto& shard : *in_it) JoinQueue::joined(batch, holder_, shard);
  co_return co_await ports_.meta.commit(std::move(batch), Durability::buffered);
}

Task<Result<std::vector<ShardId>>> Desk::joined(AgreementId agreement, std::vector<ShardId> shards) {
  ShardSet set(ports_.meta, ports_.crypto_pool, agreement);
  std::vector<ShardId> out;
  for (const auto& shard : shards) {
    const auto slot = co_await set.slot_of(shard);
    if (!slot) co_return std::unexpected(slot.error());
    if (*slot) out.push_back(shard);
  }
  co_return out;
}

Task<Result<void>> Desk::leave(std::vector<ShardId> shards) {
  for (std::size_t at = 0; at < shards.size(); at += wire::kMaxShardsPerChange) {
    const auto count = std::min(wire::kMaxShardsPerChange, shards.size() - at);
    const auto begin = shards.begin() + static_cast<std::ptrdiff_t>(at);
    const std::vector<ShardId> some(begin, begin + static_cast<std::ptrdiff_t>(count));
    if (active() != nullptr) {
      auto in_it = co_await joined(active()->id, some);
      if (!in_it) co_return std::unexpected(in_it.error());
      if (!in_it->empty()) {
        if (owes_answer()) co_return owes();
        const auto done = co_await change(*active(), {std::move(*in_it), {}}, false);
        // One that the holder does not know keeps nobody; one that it is to be told of puts all it has back
        // among those that wait first.
        if (!done && (active() != nullptr || is_ending())) co_return done;
      }
    }
    // Last, for an agreement that was given up puts its shards back among those that wait.
    WriteBatch batch;
    for (const auto& shard : some) JoinQueue::drop(batch, holder_, shard);
    const auto dropped = co_await ports_.meta.commit(std::move(batch), Durability::buffered);
    if (!dropped) co_return dropped;
  }
  co_return Result<void>();
}

/// The holder is told by the last revision, unless it knows nothing of the agreement.
Task<Result<void>> Desk::finish(AgreementId ending) {
  if (!book_.find(ending)->revision.ends) {
    // A change may have been on its way when the end was decided, or the last one.
    auto leaving = co_await leaving_from(ending);
    if (!leaving) co_return std::unexpected(leaving.error());
    if (auto done = co_await settle_unanswered(*book_.find(ending)); !done) co_return done;
    // Not before the holder has answered: it may be asked for months.
    const bool are_released = !leaving->empty() && !book_.find(ending)->rejoins;
    if (are_released) {
      if (auto done = co_await ports_.released(holder_, std::move(*leaving)); !done) co_return done;
    }
  }
  if (!book_.find(ending)->revision.ends) {
    if (auto done = co_await change(*book_.find(ending), {}, true); !done) co_return done;
  }
  co_return co_await take_apart(*book_.find(ending));
}

/// Those that a change takes out which has not been answered yet.
Task<Result<std::vector<ShardId>>> Desk::leaving_from(AgreementId ending) {
  const auto row = co_await ports_.meta.get(keys::of(keys::kChanges, ending));
  if (!row) co_return std::unexpected(row.error());
  if (!*row) co_return std::vector<ShardId>();
  const auto message = wire::decode_change_agreement(as_bytes(**row));
  auto delta = message ? wire::decode_delta(message->delta) : std::unexpected(message.error());
  if (!delta) co_return fail(Errc::corrupt, "a change of agreement " + ending.hex());
  co_return std::move(delta->removed);
}

Task<Result<void>> Desk::release_all(AgreementId ending) {
  ShardSet set(ports_.meta, ports_.crypto_pool, ending);
  if (auto done = co_await set.load(); !done) co_return done;
  for (std::uint64_t begin = 0; begin < set.size(); begin += kSlotsPerPage) {
    std::vector<std::uint64_t> slots(std::min(kSlotsPerPage, set.size() - begin));
    std::iota(slots.begin(), slots.end(), begin);
    const auto entries = co_await set.entries(std::move(slots));
    if (!entries) co_return std::unexpected(entries.error());
    std::vector<ShardId> shards;
    for (const auto& entry : *entries) shards.push_back(entry.id);
    if (auto done = co_await ports_.released(holder_, std::move(shards)); !done) co_return done;
  }
  co_return Result<void>();
}

Task<Result<void>> Desk::take_apart(Agreement agreement) {
  if (!agreement.rejoins) {
    if (auto done = co_await release_all(agreement.id); !done) co_return done;
  }
  ByteCount bytes;
  OnPage put_back;
  if (agreement.rejoins) {
    put_back = [this, &bytes](WriteBatch& batch, const std::vector<wire::ShardEntry>& page) {
      for (const auto& entry : page) {
        JoinQueue::add(batch, holder_, entry);
        bytes.value += entry.size.value;
      }
    };
  }
  auto done = co_await clear_shards(ports_.meta, ports_.crypto_pool, agreement.id, put_back);
  if (agreement.rejoins) joins_.added(holder_, bytes);
  if (!done) co_return done;
  co_return co_await close(book_, std::move(agreement));
}

}  // namespace mycostr::agreement
