// The owner's side of statements: makes one of each agreement when an epoch ends, and has the holder sign it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <map>

#include "agreement/book.hpp"
#include "async/budget.hpp"
#include "async/task_group.hpp"
#include "crypto/identity.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/transport.hpp"
#include "payment/epochs.hpp"
#include "payment/ledger.hpp"
#include "payment/statement_event.hpp"

namespace mycostr::payment {

/// Outlive the sender; loop thread only.
struct SenderPorts {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Transport& transport;
  MetaStore& meta;
  const crypto::Identity& identity;
  std::function<std::optional<PeerAddress>(const NodeId&)> address_of;  ///< nothing: not known
  AuditWordOf audit_word;                                               ///< of this owner's audits
  /// A change of the agreement with this holder has no answer yet: its statement waits a little.
  std::function<bool(const NodeId&)> is_changing;
  /// A settlement of the agreement has a payment that is not over: its account stays.
  std::function<bool(const AgreementId&)> is_being_paid;
};

/// Loop thread only. References outlive it. What is not agreed on is made anew each time it is sent, from
/// what is known then, and is in no row: should a holder have signed an earlier one, that one counts.
class StatementSender {
 public:
  static constexpr std::size_t kCallsAtOnce = 8;
  /// Holders with a call or waiting for one; others have their turn at the next look.
  static constexpr std::size_t kMaxVisits = 512;

  StatementSender(SenderPorts ports, agreement::Book& book, Ledger& ledger, const Settings& settings)
      : ports_(std::move(ports)),
        book_(book),
        ledger_(ledger),
        settings_(settings),
        period_(std::chrono::duration_cast<std::chrono::milliseconds>(settings.period)),
        visits_(ports_.executor, "statements") {}

  /// Agreed: once it is on disk.
  OnStatement on_statement;

  /// Until cancelled. After the book and the ledger have been opened. Also waives and sweeps in the ledger.
  Task<> run();
  /// What a holder said last of how this owner stands with it; nothing before it said anything.
  std::optional<wire::Standing> standing_with(const NodeId& holder) const;
  /// To be called with what other replies about money say.
  void told(const NodeId& holder, const wire::Standing& standing) { holders_[holder].told = standing; }

 private:
  struct Holder {
    bool is_visited = false;
    int waits = 0;  ///< looks at which a change was under way
    SteadyTime not_before;
    Duration pause{0};
    std::optional<wire::Standing> told = {};
  };
  /// A statement as this owner signs it now.
  struct Made {
    wire::Statement statement;
    Finding own;
    wire::SignedPayload proposal;
  };
  using Replies = std::vector<wire::StatementReply>;

  Task<> rounds();
  Duration until_next_look() const;
  /// Returns the agreements with new open statements.
  std::vector<AgreementId> look();
  Task<> show_new(std::vector<AgreementId> agreements);
  bool may_visit(const NodeId& holder);
  Task<> visit(NodeId holder, std::vector<AgreementId> agreements);
  Task<Result<void>> send_all(NodeId holder, std::vector<AgreementId> agreements);
  Task<Result<bool>> exchange(AgreementId id);
  Task<Result<std::vector<Made>>> make(AgreementId id);
  Task<Result<bool>> take(agreement::Agreement agreement, std::vector<Made> made, Replies replies);
  Task<Result<Ledger::Agreed>> agreed_by(agreement::Agreement agreement, Basis basis, Made made,
                                         wire::CoSigned signed_by_both);
  Result<void> take_dispute(const agreement::Agreement& agreement, const Made& made, ByteView own_figures);
  void show(const AgreementId& id, const std::vector<Made>& made);
  void say(const agreement::Agreement& agreement, StatementState state, const wire::Statement& statement);
  Task<> upkeep();

  SenderPorts ports_;
  agreement::Book& book_;
  Ledger& ledger_;
  const Settings settings_;
  const std::chrono::milliseconds period_;
  std::map<AgreementId, OpenStatements> open_;
  std::map<NodeId, Holder> holders_;
  SteadyTime next_sweep_;
  async::Budget slots_{kCallsAtOnce};
  async::TaskGroup visits_;
};

}  // namespace mycostr::payment
