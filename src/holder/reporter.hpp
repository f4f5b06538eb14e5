// Tells owners which of their shards this node has lost; and, as an owner, hears it of holders. A loss that
// is told costs a holder less than one that is discovered.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "async/budget.hpp"
#include "async/task_group.hpp"
#include "crypto/identity.hpp"
#include "dht/directory.hpp"
#include "holder/lost_shards.hpp"
#include "mycostr/transport.hpp"

namespace mycostr::holder {

/// Loop thread only. References outlive it.
class Reporter {
 public:
  /// Where an owner says that it is, for those whom the directory does not know, or cannot reach.
  using FindOwner = std::function<Task<std::optional<PeerAddress>>(NodeId)>;
  /// Durable on return, or an error, for which the holder tells again. What is named may be anything.
  using OnReported = std::function<Task<Result<void>>(NodeId holder, std::vector<ShardId> shards)>;

  Reporter(boost::asio::any_io_executor executor, Clock& clock, Transport& transport,
           const crypto::Identity& identity, dht::Directory& directory, LostShards& lost,
           FindOwner find_owner)
      : clock_(clock),
        transport_(transport),
        identity_(identity),
        directory_(directory),
        lost_(lost),
        find_owner_(std::move(find_owner)),
        slots_(kOwnersAtOnce),
        calls_(std::move(executor), "lost") {}

  /// Until cancelled: tells each owner at once; again after 30 s where it does not answer, then ever more
  /// seldom, down to once an hour, until it has.
  Task<> run();
  /// Operation "shards/lost", at the owner. Errors: invalid, forbidden, overloaded, and on_reported's.
  Task<Result<PeerReply>> handle_lost(PeerRequest& request);

  /// Until it is set, reports are refused as overloaded.
  OnReported on_reported;

 private:
  static constexpr std::size_t kOwnersAtOnce = 8;
  static constexpr std::size_t kReportsAtOnce = 8;
  struct Retry {
    SteadyTime not_before;
    Duration delay;
  };

  Task<> rounds();
  Task<bool> round();
  bool is_due(const NodeId& owner) const;
  Task<> tell(NodeId owner, async::Budget::Lease slot);
  Task<Result<std::size_t>> report_to(const NodeId& owner);
  Task<Result<void>> call(const NodeId& owner, const Bytes& report);

  Clock& clock_;
  Transport& transport_;
  const crypto::Identity& identity_;
  dht::Directory& directory_;
  LostShards& lost_;
  const FindOwner find_owner_;
  std::map<NodeId, Retry> retries_;  ///< of owners that did not answer
  std::set<NodeId> in_work_;
  std::set<NodeId> reporting_;  ///< holders whose reports are being taken
  async::Budget slots_;
  async::TaskGroup calls_;
};

}  // namespace mycostr::holder
