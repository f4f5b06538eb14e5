// The owner's side: shards that wait join the agreement with their holder, those to be deleted leave it, by
// changes that both sides sign.
//
// A change is on disk before it is sent, and is sent again unchanged until the holder has answered: whatever
// falls in between, both sides end at the same revision. Should they disagree all the same (one of them lost
// its disk, or came back with an old one), the agreement ends and its shards join a new one.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "agreement/book.hpp"
#include "agreement/join_queue.hpp"
#include "agreement/shard_set.hpp"
#include "agreement/waiting_watch.hpp"
#include "async/budget.hpp"
#include "async/task_group.hpp"
#include "crypto/identity.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/random.hpp"
#include "mycostr/transport.hpp"

namespace mycostr::agreement {

/// What is known of a holder that answers.
struct HolderContact {
  PeerAddress address;
  PublicKey key;
  std::uint64_t price_msat_per_tb_month = 0;
};

/// Outlive the services; loop thread only.
struct OwnerPorts {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  WorkerPool& crypto_pool;
  Transport& transport;
  MetaStore& meta;
  const crypto::Identity& identity;
  std::string network_id;
  CallLimits call;
  std::uint64_t max_price_msat_per_tb_month;  ///< none dearer is signed
  /// Nothing where the node is not known or does not answer.
  std::function<std::optional<HolderContact>(const NodeId&)> find_holder;
  /// A call found it silent.
  std::function<void(const NodeId&)> on_silence;
  /// It owes an audit an answer about what its agreement is now: nothing new is signed with it meanwhile.
  std::function<bool(const NodeId&)> owes_answer = [](const NodeId&) { return false; };
  /// An audit asks it now.
  std::function<bool(const NodeId&)> is_asked = [](const NodeId&) { return false; };
  /// It has signed an agreement and says that it knows none, or an older revision of it.
  std::function<void(const NodeId&)> on_denial = [](const NodeId&) {};
  /// Shards of an agreement that is over and goes on as no other: in none from now on. Done, or called again.
  std::function<Task<Result<void>>(NodeId holder, std::vector<ShardId>)> released =
      [](NodeId, std::vector<ShardId>) -> Task<Result<void>> { co_return Result<void>(); };
};

/// Why a shard that its holder gave a receipt for is missing.
enum class Missing {
  denied,      ///< the holder says that it has not got it
  not_signed,  ///< no agreement about it has come about
  as_before    ///< found before the last start
};

using OnMissing = std::function<void(const NodeId& holder, std::vector<ShardId> shards, Missing why)>;

class Desk;

/// Loop thread only. References outlive it.
class OwnerService {
 public:
  /// A holder that answers, has signed nothing for so long and so often, while others have, does not keep
  /// what waits there: no audit would ever ask about it. One with which nothing is signed for
  /// WaitingWatch::kLongestWait, for whatever reason, cannot be counted on either.
  static constexpr Duration kRefusalPatience = std::chrono::hours(6);
  static constexpr int kRefusals = 24;

  OwnerService(OwnerPorts ports, Book& book, JoinQueue& joins);
  ~OwnerService();

  /// Called when shards are found missing, and for all of these again at the start of run(): until they have
  /// left. At most kMaxShardsPerChange at once.
  OnMissing on_missing;

  /// Once, after the book and the queue have been opened. Errors: io.
  Task<Result<void>> open();
  /// Until cancelled. Sleeps while nothing waits.
  Task<> run();
  /// On return these shards are in no agreement with the holder and wait for none, durably; what was not
  /// joined counts as left. Errors: unreachable and whatever else a call ends with: nothing, or a part, has
  /// left, and the caller tries again; io.
  Task<Result<void>> leave(NodeId holder, std::vector<ShardId> shards);
  /// The agreement is over, durably; the holder is told as soon as it can be, and then OwnerPorts::released
  /// is told of its shards, which stay where they are, unpromised. Errors: not_found (no active one of this
  /// owner's), io.
  Task<Result<void>> end(AgreementId agreement);
  /// The holder seems to know another revision, or another agreement: it is asked. What the owner has lost
  /// (the holder shows a revision above all that the owner knows to have signed) ends the agreement; anything
  /// else does so only where the holder owes no answer to an audit. Its shards join another.
  void compare(const NodeId& holder);
  /// A change may be on its way to this holder, or have come to an end that is not known here yet.
  bool is_changing(const NodeId& holder) const { return unanswered_.contains(holder); }

 private:
  struct Wish;
  struct Counter;
  using CounterPtr = std::shared_ptr<Counter>;

  CounterPtr counter_of(const NodeId& holder);
  bool has_work() const;
  std::set<NodeId> holders_with_work();
  Task<> report_missing();
  Task<> rounds();
  /// False where no holder with work is there.
  Task<bool> round();
  Task<> visit(NodeId holder, CounterPtr counter, async::Budget::Lease slot);
  Task<Result<void>> join_all(NodeId holder, CounterPtr counter);
  void note_signatures(const NodeId& holder, Counter& counter, std::uint64_t before);
  std::map<NodeId, ByteCount> waiting_for_signature() const;
  Task<> note_refusal(NodeId holder, CounterPtr counter);
  Task<> give_up_waiting(NodeId holder, CounterPtr counter);
  Task<> watch_waiting();
  bool may_be_own_fault(const NodeId& holder, SteadyTime since) const;
  /// Returns when an audit has been answered, or after a while.
  Task<> let_audit_end(NodeId holder);
  Task<> grant_wishes(NodeId holder, CounterPtr counter);

  OwnerPorts ports_;
  Book& book_;
  JoinQueue& joins_;
  std::map<NodeId, CounterPtr> counters_;  ///< one for each holder met since the start
  std::set<NodeId> unanswered_;            ///< holders at which something may be under way
  std::set<NodeId> doubted_;               ///< holders to compare with
  SteadyTime next_look_at_ending_;
  std::map<NodeId, SteadyTime> signed_;  ///< when each holder signed last
  WaitingWatch waiting_watch_;
  async::Budget slots_;
  async::TaskGroup visits_;
};

}  // namespace mycostr::agreement
