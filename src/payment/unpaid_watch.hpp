// The holder's side of what is not paid: looks at every owner's accounts, and sees to it that nobody keeps
// for nothing.
#pragma once

#include <map>
#include <set>

#include "agreement/book.hpp"
#include "mycostr/clock.hpp"
#include "payment/unpaid.hpp"

namespace mycostr::payment {

/// Outlive the watch; loop thread only.
struct UnpaidPorts {
  Clock& clock;
  MetaStore& meta;
  /// This node can be paid now.
  std::function<bool()> is_wallet_ready;
  /// Called when it changes, and for each that is stopped after the start.
  std::function<void(const NodeId& owner, bool is_stopped)> stop_accepting;
  /// Deletes the shards of this owner, and makes its agreement `unpaid`. Called again at each look until it
  /// has succeeded and no active agreement with the owner is left.
  std::function<Task<Result<void>>(NodeId owner)> delete_shards;
};

/// Loop thread only. References outlive it.
class UnpaidWatch {
 public:
  UnpaidWatch(UnpaidPorts ports, agreement::Book& book, Ledger& ledger, const Settings& settings)
      : ports_(std::move(ports)), book_(book), ledger_(ledger), settings_(settings) {}

  /// Once, before anything else. Errors: io, corrupt.
  Task<Result<void>> open();
  /// Until cancelled. After the book and the ledger have been opened.
  Task<> run();
  /// One look, as run() does each tick.
  Task<> look();

  /// As of the last look.
  wire::Standing standing(const NodeId& owner) const;
  /// False: it takes no new shards, nor agreements, of this owner.
  bool accepts(const NodeId& owner) const;
  const std::map<NodeId, wire::Standing>& owners() const { return standings_; }

 private:
  using Oldest = std::map<NodeId, std::optional<WallTime>>;

  Task<Result<Oldest>> oldest_by_owner(WallTime now);
  Task<Result<std::optional<WallTime>>> kept_since(AgreementId id, WallTime now);
  void take(const NodeId& owner, const wire::Standing& standing);
  Task<> enforce();
  Task<bool> is_still_unpaid(NodeId owner);
  Task<> waive(WallTime now);
  Task<> keep_payable_time(WallTime now);

  UnpaidPorts ports_;
  agreement::Book& book_;
  Ledger& ledger_;
  const Settings settings_;
  PayableTime payable_;
  SteadyTime kept_at_;
  bool has_looked_ = false;
  std::map<NodeId, wire::Standing> standings_;
  std::set<NodeId> emptied_;  ///< owners whose shards were deleted, since the start
};

}  // namespace mycostr::payment
