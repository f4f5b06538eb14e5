// The owner's side: challenges each holder in every epoch, and says what came of it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <set>

#include "agreement/book.hpp"
#include "async/task_group.hpp"
#include "audit/asker.hpp"
#include "audit/log.hpp"
#include "crypto/identity.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/random.hpp"
#include "mycostr/transport.hpp"
#include "mycostr/worker_pool.hpp"

namespace mycostr::audit {

/// Outlive the auditor; loop thread only.
struct OwnerPorts {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  WorkerPool& crypto_pool;
  MetaStore& meta;
  Transport& transport;
  const crypto::Identity& identity;
  std::function<std::optional<PeerAddress>(const NodeId&)> address_of;  ///< nothing: not known
  /// A change of the agreement with a holder is on its way.
  std::function<bool(const NodeId&)> is_changing = [](const NodeId&) { return false; };
  /// The node answers datagrams now.
  std::function<bool(const NodeId&)> is_there = [](const NodeId&) { return false; };
};

/// Loop thread only. References outlive it. Its state is in rows aw/<agreement>, written (synced) before a
/// challenge leaves: after a crash no holder is asked twice what it may answer once.
class Auditor {
 public:
  static constexpr std::size_t kAuditsAtOnce = 16;

  Auditor(OwnerPorts ports, agreement::Book& book, Log& log, Settings settings)
      : ports_(std::move(ports)),
        book_(book),
        log_(log),
        settings_(settings),
        asker_(ports_.clock, ports_.random, ports_.crypto_pool, ports_.transport, ports_.identity,
               ports_.address_of, settings),
        schedule_(settings.period, settings.contain_for),
        tasks_(ports_.executor, "audit") {}

  /// Shards that an audit proves to be lost, before it is on disk: known durably on return. Whether the
  /// holder had reported all of them by itself before.
  std::function<Task<Result<bool>>(NodeId holder, std::vector<ShardId> shards)> on_lost;
  /// After each time a holder was asked, once it is on disk.
  std::move_only_function<void(const Verdict&)> on_verdict;

  /// Once, after the book's and the log's. Errors: io.
  Task<Result<void>> open();
  /// Until cancelled.
  Task<> run();
  /// Audits now, besides the schedule (or, where this epoch's audit is still to come, as that one). While
  /// run() runs. Errors: not_found (no active agreement of this owner, or nothing in it), overloaded (one is
  /// under way, or the epoch has had as many as a holder answers), conflict (the holder is contained, and is
  /// asked again when that is due).
  Result<void> request_now(const AgreementId& agreement);
  /// A holder that owes an answer: new shards should not go there, nor its agreement be changed meanwhile,
  /// for it is to answer for what it was asked about.
  bool is_contained(const NodeId& holder) const;
  /// An audit of that holder is under way: likewise.
  bool is_asking(const NodeId& holder) const;

 private:
  class InWork;

  Task<> rounds();
  /// Starts what is due.
  void look();
  const agreement::Agreement* auditable(const AgreementId& id) const;
  std::uint64_t epoch_now() const { return epoch_at(ports_.clock.wall_now(), settings_.period); }
  Task<> audit(AgreementId id);
  Task<Outcome> audit_once(AgreementId id, wire::AuditKind kind);
  /// The challenge to be sent now, on disk; the one that the holder owes an answer to, where that can still
  /// be asked.
  Task<Result<Question>> prepare(AgreementId id, wire::AuditKind kind);
  std::optional<Question> owed(const agreement::Agreement& agreement) const;
  /// A change that is on its way is signed first, if it is within a while.
  Task<> let_change_end(AgreementId id);
  /// Asks until the holder is not busy, a few times.
  Task<Reply> ask(Question& question);
  Task<Result<Question>> remake(const Question& question);
  Outcome settle_reply(const Question& question, const Reply& reply);
  bool may_be_own_fault(const Containment& contained, const Reply& reply) const;
  Task<> conclude(Question question, Reply reply, Outcome outcome);

  OwnerPorts ports_;
  agreement::Book& book_;
  Log& log_;
  const Settings settings_;
  Asker asker_;
  Schedule schedule_;
  std::map<AgreementId, Standing> standings_;
  std::set<AgreementId> in_work_;
  std::optional<WallTime> last_passed_;  ///< by any holder
  async::TaskGroup tasks_;
};

}  // namespace mycostr::audit
