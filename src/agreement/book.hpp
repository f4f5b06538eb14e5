// All agreements of this node, as owner and as holder.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "agreement/agreement.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::agreement {

/// In memory whole, about 1 kB each; the rows g/<agreement> are its state on disk. Loop thread only. Pointers
/// it gives are good until the next co_await.
class Book {
 public:
  explicit Book(MetaStore& store) : store_(store) {}

  /// Once, before anything else. Errors: io, corrupt.
  Task<Result<void>> open();

  /// Called with each new revision, and the batch that makes it known: what is added happens with it. Set
  /// before use.
  std::function<void(WriteBatch&, const Agreement&)> on_revision;

  /// Called with each agreement that ends or is forgotten, likewise; perhaps more than once.
  std::function<void(WriteBatch&, const AgreementId&)> on_over;

  const Agreement* find(const AgreementId& id) const;
  /// The active one; null where there is none.
  const Agreement* with(Role role, const NodeId& peer) const;
  /// In the order of their ids.
  const std::map<AgreementId, Agreement>& all() const { return agreements_; }
  std::vector<AgreementId> in_state(Role role, State state) const;
  bool has_any(Role role, State state) const;
  /// Those with this peer that are ending.
  std::vector<AgreementId> ending_with(Role role, const NodeId& peer) const;

  /// Writes these agreements with `batch`, all or nothing; known here once it is written. Not cancellable
  /// once it has begun. At most one of a peer and role is active: REQUIRES. Errors: io.
  Task<Result<void>> save(std::vector<Agreement> changed, WriteBatch batch, Durability durability);
  /// The row goes, and what `batch` says. As save().
  Task<Result<void>> forget(AgreementId id, WriteBatch batch);

 private:
  using Peer = std::pair<Role, NodeId>;
  bool is_new_revision(const Agreement& agreement) const;
  void keep(Agreement agreement);
  void drop(const AgreementId& id);

  MetaStore& store_;
  std::map<AgreementId, Agreement> agreements_;
  std::map<Peer, AgreementId> active_;
  std::map<std::pair<Role, State>, std::set<AgreementId>> by_state_;
  std::map<Peer, std::set<AgreementId>> ending_;
};

}  // namespace mycostr::agreement
