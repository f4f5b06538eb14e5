// The holder's side of statements: countersigns what comes to its own figures.
#pragma once

#include <set>

#include "agreement/book.hpp"
#include "crypto/identity.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/transport.hpp"
#include "payment/ledger.hpp"
#include "payment/statement_event.hpp"
#include "payment/statement_rules.hpp"

namespace mycostr::payment {

/// Outlive the answerer; loop thread only.
struct AnswererPorts {
  Clock& clock;
  const crypto::Identity& identity;
  AuditWordOf audit_word;                                 ///< of the audits that this holder answered
  std::function<wire::Standing(const NodeId&)> standing;  ///< how an owner stands
};

/// Loop thread only. References outlive it.
class StatementAnswerer {
 public:
  static constexpr std::size_t kMaxCalls = 64;

  StatementAnswerer(AnswererPorts ports, agreement::Book& book, Ledger& ledger, const Settings& settings)
      : ports_(std::move(ports)),
        book_(book),
        ledger_(ledger),
        period_(std::chrono::duration_cast<std::chrono::milliseconds>(settings.period)) {}

  /// Agreed: once it is on disk.
  OnStatement on_statement;

  /// Operation "statements/agree". What is agreed on is on disk before the reply. Errors: invalid, not_found
  /// (no such agreement), forbidden (another owner's), overloaded (a call of this owner is being answered, or
  /// kMaxCalls of all), io, corrupt.
  Task<Result<PeerReply>> handle(PeerRequest& request);

 private:
  class InWork;
  struct Answers {
    std::vector<wire::StatementReply> replies;
    std::vector<Ledger::Agreed> agreed;  ///< to be kept
  };

  Task<Result<Answers>> answer(agreement::Agreement agreement, std::vector<wire::SignedPayload> proposals);
  Task<Result<wire::StatementReply>> answer_one(agreement::Agreement agreement, Basis& basis,
                                                wire::SignedPayload proposal, Answers& out);
  Task<Result<wire::StatementReply>> answer_known(AgreementId agreement, std::uint64_t number);
  wire::StatementReply disputed(const wire::Statement& statement, const Finding& own) const;
  void say(const agreement::Agreement& agreement, StatementState state, const wire::Statement& statement);

  AnswererPorts ports_;
  agreement::Book& book_;
  Ledger& ledger_;
  const std::chrono::milliseconds period_;
  std::set<NodeId> in_work_;  ///< owners: one call at a time
};

}  // namespace mycostr::payment
