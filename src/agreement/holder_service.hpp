// The holder's side: countersigns terms and changes that are as they should be.
#pragma once

#include <functional>
#include <set>

#include "agreement/book.hpp"
#include "agreement/shard_set.hpp"
#include "async/budget.hpp"
#include "crypto/identity.hpp"
#include "mycostr/chunk_store.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/transport.hpp"

namespace mycostr::agreement {

/// Outlive the service; loop thread only.
struct HolderPorts {
  Clock& clock;
  WorkerPool& crypto_pool;
  MetaStore& meta;
  ChunkStore& chunks;
  const crypto::Identity& identity;
  std::string network_id;
  /// What this node asks now, in msat per TB and month; nothing: it takes no new agreements.
  std::function<std::optional<std::uint64_t>()> price;
  /// Whether an owner may make new agreements.
  std::function<bool(const NodeId&)> accepts = [](const NodeId&) { return true; };
};

/// Loop thread only.
class HolderService {
 public:
  /// Agreements as a holder; beyond it, those without shards make room, the oldest first.
  static constexpr std::size_t kMaxAgreements = 10'000;
  static constexpr std::size_t kChangesAtOnce = 4;
  static constexpr std::size_t kMaxChangesWaiting = 64;

  HolderService(HolderPorts ports, Book& book)
      : ports_(std::move(ports)), book_(book), slots_(kChangesAtOnce) {}

  /// Operation "agreements/propose". The same terms again get the same countersignature; others end the
  /// agreement there was. Errors: invalid, forbidden (somebody else's), conflict (another holder, network or
  /// time, too low a price, no offer), overloaded (a new one too soon), full, io.
  Task<Result<PeerReply>> handle_propose(PeerRequest& request);
  /// Operation "agreements/change": the reply says agreed, missing or conflict (wire::ChangeReply). Errors:
  /// invalid, not_found (no such agreement, or it has ended), forbidden, overloaded, full, io.
  Task<Result<PeerReply>> handle_change(PeerRequest& request);
  /// An owner wants these deleted. As long as what is returned lives, they join no agreement. Errors:
  /// conflict (one of them is in the active agreement with it: an audit would find it missing), io, corrupt.
  Task<Result<std::shared_ptr<void>>> begin_deletion(NodeId owner, std::vector<ShardId> shards);
  /// Whether the active agreement with an owner has it. Errors: io, corrupt.
  Task<Result<bool>> has(NodeId owner, ShardId shard);
  /// The agreement with an owner is over because it did not pay, durably. Errors: io.
  Task<Result<void>> end_unpaid(NodeId owner);
  /// Clears away the rows of agreements that have ended. Until cancelled.
  Task<> run();

 private:
  class InWork;
  class Deletion;

  Result<wire::Terms> check_terms(const PeerRequest& request, const wire::SignedPayload& proposal) const;
  Result<void> check_offer(const wire::Terms& terms, const NodeId& owner) const;
  Task<Result<void>> make_room();
  void remember_made(const NodeId& owner);
  Task<Result<PeerReply>> answer(Agreement before, wire::SignedPayload proposal, wire::Revision revision,
                                 wire::Delta delta);
  Task<Result<PeerReply>> agree(Agreement agreement, wire::SignedPayload proposal, wire::Revision revision,
                                ShardSet::Draft draft);
  Task<Result<ShardSet::Draft>> draft_of(AgreementId agreement, wire::Delta delta, bool ends);
  Task<Result<std::vector<ShardId>>> missing_of(NodeId owner, std::vector<wire::ShardEntry> shards);
  Task<Result<void>> clear_away(AgreementId id);

  HolderPorts ports_;
  Book& book_;
  std::set<NodeId> in_work_;  ///< owners: one call at a time
  async::Signal work_ended_;
  std::multiset<ShardKey> deleting_;
  std::map<NodeId, SteadyTime> made_;  ///< when an agreement was last made with an owner, if lately
  std::size_t waiting_ = 0;            ///< changes
  async::Budget slots_;
  async::Signal ended_;
};

}  // namespace mycostr::agreement
