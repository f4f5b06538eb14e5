#include "agreement/holder_service.hpp"

#include <algorithm>

#include "agreement/clearing.hpp"
#include "agreement/clock_ahead.hpp"
#include "agreement/in_work.hpp"
#include "base/log.hpp"

namespace mycostr::agreement {
namespace {

constexpr auto kBetweenAgreements = std::chrono::seconds(10);
constexpr auto kClearAgain = std::chrono::minutes(1);

/// Nothing was joined yet, so nothing of it is lost with it.
bool is_unused(const Agreement& agreement) {
  return agreement.revision.number == 0;
}

}  // namespace

Result<wire::Terms> HolderService::check_terms(const PeerRequest& request,
                                               const wire::SignedPayload& proposal) const {
  auto terms = wire::verify_proposed_terms(proposal);
  if (!terms) return terms;
  if (crypto::node_id_of(terms->owner_key) != request.from().id) {
    return fail(Errc::forbidden, "these terms are another owner's");
  }
  if (terms->holder_key != ports_.identity.public_key() || terms->network_id != ports_.network_id) {
    return fail(Errc::conflict, "these terms are for another holder or network");
  }
  return terms;
}

Result<void> HolderService::check_offer(const wire::Terms& terms, const NodeId& owner) const {
  const auto price = ports_.price();
  if (!price) return fail(Errc::conflict, "this node takes no agreements");
  if (!ports_.accepts(owner)) return fail(Errc::conflict, "what this owner owes has not been paid for long");
  if (terms.price_msat_per_tb_month < *price) return fail(Errc::conflict, "the price is too low");
  if (terms.since > ports_.clock.wall_now() + kMaxClockAhead) {
    return fail(Errc::conflict, "the terms are from the future");
  }
  const auto made = made_.find(owner);
  if (made != made_.end() && ports_.clock.now() - made->second < kBetweenAgreements) {
    return fail(Errc::overloaded, "an agreement was made a moment ago");
  }
  return {};
}

Task<Result<PeerReply>> HolderService::handle_propose(PeerRequest& request) {
  const auto proposal = wire::decode_signed(request.message());
  if (!proposal) co_return std::unexpected(proposal.error());
  auto terms = check_terms(request, *proposal);
  if (!terms) co_return std::unexpected(terms.error());
  const auto owner = request.from().id;
  const InWork in_work(*this, owner);
  if (!in_work.is_first()) co_return fail(Errc::overloaded, "another call of this owner is being answered");
  const auto* current = book_.with(Role::holder, owner);
  if (current != nullptr && current->signed_terms.payload == proposal->payload) {
    co_return PeerReply{wire::encode(current->signed_terms), {}, {}};
  }
  if (const auto fits = check_offer(*terms, owner); !fits) co_return std::unexpected(fits.error());
  if (auto room = co_await make_room(); !room) co_return std::unexpected(room.error());
  wire::CoSigned agreed{proposal->payload, proposal->signature,
                        ports_.identity.sign(wire::kTermsHolderPurpose, proposal->payload)};
  const auto reply = wire::encode(agreed);
  std::vector<Agreement> changed;
  // Its owner has no use for the former one, or knows nothing of it any more.
  if (const auto* former = book_.with(Role::holder, owner); former != nullptr) {
    changed.push_back(*former);
    changed.back().state = State::ending;
  }
  changed.push_back(make_agreement(Role::holder, std::move(*terms), std::move(agreed)));
  const auto saved = co_await book_.save(std::move(changed), {}, Durability::synced);
  if (!saved) co_return std::unexpected(saved.error());
  remember_made(owner);
  ended_.notify_all();
  co_return PeerReply{reply, {}, {}};
}

void HolderService::remember_made(const NodeId& owner) {
  const auto now = ports_.clock.now();
  std::erase_if(made_, [&](const auto& made) { return now - made.second >= kBetweenAgreements; });
  made_[owner] = now;
}

/// Where there are too many, the oldest of those without shards goes, one that was never used before others.
Task<Result<void>> HolderService::make_room() {
  std::size_t count = 0;
  const Agreement* oldest = nullptr;
  const auto goes_before = [](const Agreement& a, const Agreement& b) {
    return std::pair(!is_unused(a), a.terms.since) < std::pair(!is_unused(b), b.terms.since);
  };
  for (const auto& [id, agreement] : book_.all()) {
    if (agreement.role != Role::holder || agreement.state != State::active) continue;
    ++count;
    const bool can_go = agreement.revision.shards == 0 && !in_work_.contains(agreement.peer);
    if (can_go && (oldest == nullptr || goes_before(agreement, *oldest))) oldest = &agreement;
  }
  if (count < kMaxAgreements) co_return Result<void>();
  if (oldest == nullptr) co_return fail(Errc::full, "this node has all the agreements it can keep");
  if (is_unused(*oldest)) co_return co_await book_.forget(oldest->id, {});
  auto over = *oldest;
  over.state = State::ending;
  auto saved = co_await book_.save({std::move(over)}, {}, Durability::buffered);
  ended_.notify_all();
  co_return saved;
}

Task<> HolderService::run() {
  for (;;) {
    const auto ending = book_.in_state(Role::holder, State::ending);
    if (ending.empty()) {
      co_await ended_.wait();
      continue;
    }
    for (const auto& id : ending) {
      const auto done = co_await clear_away(id);
      if (done) continue;
      log(LogLevel::error, "agreement", "could not clear away agreement={}: {}", id.hex(),
          to_string(done.error()));
      co_await ports_.clock.sleep_for(kClearAgain);
    }
  }
}

/// Shards on their way out of the store.
class HolderService::Deletion {
 public:
  Deletion(HolderService& service, NodeId owner, std::vector<ShardId> shards)
      : service_(service), owner_(owner), shards_(std::move(shards)) {
    for (const auto& shard : shards_) service_.deleting_.insert({owner_, shard});
  }
  ~Deletion() {
    for (const auto& shard : shards_) service_.deleting_.erase(service_.deleting_.find({owner_, shard}));
  }
  Deletion(const Deletion&) = delete;
  Deletion& operator=(const Deletion&) = delete;

 private:
  HolderService& service_;
  const NodeId owner_;
  const std::vector<ShardId> shards_;
};

Task<Result<std::shared_ptr<void>>> HolderService::begin_deletion(NodeId owner, std::vector<ShardId> shards) {
  auto deletion = std::make_shared<Deletion>(*this, owner, shards);
  // A change that has found them here may be on its way to the disk.
  while (in_work_.contains(owner)) co_await work_ended_.wait();
  for (const auto& shard : shards) {
    const auto is_agreed = co_await has(owner, shard);
    if (!is_agreed) co_return std::unexpected(is_agreed.error());
    if (*is_agreed) co_return fail(Errc::conflict, "the agreement has this shard; it is to leave it first");
  }
  co_return deletion;
}

Task<Result<bool>> HolderService::has(NodeId owner, ShardId shard) {
  const auto* found = book_.with(Role::holder, owner);
  if (found == nullptr || found->revision.shards == 0) co_return false;
  ShardSet set(ports_.meta, ports_.crypto_pool, found->id);
  const auto slot = co_await set.slot_of(shard);
  if (!slot) co_return std::unexpected(slot.error());
  co_return slot->has_value();
}

Task<Result<void>> HolderService::end_unpaid(NodeId owner) {
  const auto* found = book_.with(Role::holder, owner);
  if (found == nullptr) co_return Result<void>();
  const InWork in_work(*this, owner);
  if (!in_work.is_first()) co_return fail(Errc::overloaded, "a call of this owner is being answered");
  auto agreement = *found;
  // Its rows first: of one that is unpaid they would stay for ever.
  if (auto done = co_await clear_shards(ports_.meta, ports_.crypto_pool, agreement.id, {}); !done)
    co_return done;
  agreement.state = State::unpaid;
  co_return co_await book_.save({std::move(agreement)}, {}, Durability::synced);
}

Task<Result<void>> HolderService::clear_away(AgreementId id) {
  const auto* found = book_.find(id);
  if (found == nullptr) co_return Result<void>();
  auto agreement = *found;
  if (auto done = co_await clear_shards(ports_.meta, ports_.crypto_pool, id, {}); !done) co_return done;
  co_return co_await close(book_, std::move(agreement));
}

}  // namespace mycostr::agreement
