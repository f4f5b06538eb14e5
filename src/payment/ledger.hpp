// The statements that owner and holder have agreed on, what they add up to, and what of it has been paid.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "agreement/agreement.hpp"
#include "mycostr/meta_store.hpp"
#include "payment/meter.hpp"
#include "payment/settlement.hpp"
#include "wire/statement.hpp"

namespace mycostr::payment {

/// Where the accounts of one agreement stand; there from its first agreed statement on.
struct Account {
  AgreementId agreement;
  agreement::Role role = agreement::Role::owner;  ///< this node's
  NodeId peer;

  // The last agreed statement.
  std::uint64_t number = 0;
  WallTime end;
  Msat total;                  ///< of all amounts so far
  wire::Wide remainder;        ///< units not in `total` yet, less than a msat
  std::uint64_t revision = 0;  ///< this side has counted what is kept up to this one
  ByteCount bytes;             ///< kept under it
  Digest root;                 ///< of it; zero before the first
  bool is_closed = false;      ///< it was the last one of all

  // The last settlement.
  std::uint64_t settlement = 0;
  std::uint64_t settled_through = 0;  ///< statement
  Msat settled;                       ///< of `total`

  /// Owed since when: the end of the oldest statement that is not settled and amounts to something (up to
  /// one statement too early after a settlement that left some out). Meaningless where nothing is owed.
  WallTime owed_since;

  Msat owed() const { return {total.value - settled.value}; }
};

enum class StatementState {
  open,      ///< owner: the holder has not answered yet
  disputed,  ///< owner: both figures differ; the smaller one is being agreed on
  agreed,
  settled
};
/// "open" and so on.
std::string_view state_name(StatementState state);

struct StatementRow {
  wire::Statement statement;
  wire::CoSigned signed_by_both;  ///< no holder's signature where open or disputed
  StatementState state = StatementState::agreed;
  std::optional<PaymentId> payment =
      {};  ///< settled: nothing where there was nothing to pay, or it was waived
};

/// Loop thread only. Accounts are in memory, everything else on disk (rows pa/, ph/, pl/, pf/, ps/:
/// docs/protocol.md). Pointers it gives are good until the next co_await. Errors of all tasks: io, corrupt.
class Ledger {
 public:
  static constexpr std::size_t kKeptStatements = 10'000;       ///< settled ones, in an agreement
  static constexpr Duration kKeptFor = std::chrono::days(90);  ///< likewise
  static constexpr std::size_t kMaxRevisionsRead = 200'000;    ///< at once

  using IsKnown = std::function<bool(const AgreementId&)>;

  explicit Ledger(MetaStore& store) : store_(store) {}

  /// Once, before anything else.
  Task<Result<void>> open();

  const Account* find(const AgreementId& id) const;
  const std::map<AgreementId, Account>& all() const { return accounts_; }

  // Settling.
  /// What is agreed and not settled, through statement `last` (0: all of it); nothing where that comes to
  /// nothing, or `last` is not agreed here. Both sides compute the same for the same `last`.
  Task<Result<std::optional<Settlement>>> unsettled(AgreementId agreement, std::uint64_t last = 0);
  /// Adds to `batch` what marks it settled by `payment` (nothing: waived); call settled() after the commit.
  /// Errors: exists (its number is settled), conflict (it does not follow the last one).
  Result<void> append_settled(WriteBatch& batch, const Settlement& settlement,
                              const std::optional<PaymentId>& payment) const;
  void settled(const Settlement& settlement);

  // Statements.
  /// By number, those above `after` (below it where newest first; 0: from the end), open ones included.
  Task<Result<std::vector<StatementRow>>> statements(AgreementId agreement, std::uint64_t after,
                                                     std::size_t limit, bool newest_first);
  /// Errors: not_found (not agreed here, or no longer kept).
  Task<Result<StatementRow>> statement(AgreementId agreement, std::uint64_t number);

  // What the statements are made of.
  /// For agreement::Book::on_revision: the row of a new revision, in the batch that makes it.
  static void append_revision(WriteBatch& batch, const agreement::Agreement& agreement);
  /// Revisions above `after`, oldest first, up to the first one that does not count before `end` (at >= end,
  /// but for a last one at `end`). Errors: full (more than kMaxRevisionsRead).
  Task<Result<std::vector<RevisionPoint>>> revisions(AgreementId agreement, std::uint64_t after,
                                                     WallTime end);
  /// The first one that is still known.
  Task<Result<std::optional<RevisionPoint>>> first_revision(AgreementId agreement);

  struct Agreed {
    wire::Statement statement;
    wire::CoSigned signed_by_both;
    std::uint64_t revision = 0;  ///< that this side has counted up to
    ByteCount bytes;             ///< under that one
    Digest root;
  };
  /// Keeps the statements that follow the account's last one, synced. One call of an agreement at a time.
  /// REQUIRES: they have been checked; at least one.
  Task<Result<void>> agree(agreement::Role role, NodeId peer, std::vector<Agreed> statements);
  /// Owner: what is not agreed yet; for statements(), and in memory only: the owner may make it anew.
  void set_open(const AgreementId& agreement, std::vector<StatementRow> open);

  /// Removes what is no longer of use: old settled statements, and everything of agreements that are not
  /// known any more and owe nothing, or not for kKeptFor.
  Task<Result<void>> sweep(IsKnown is_known, WallTime now);

 private:
  Task<Result<void>> read_accounts();
  Task<Result<void>> read_settled();
  Task<Result<void>> find_owed(AgreementId agreement);
  Task<Result<void>> add_payments(AgreementId agreement, std::vector<StatementRow*> settled);
  Task<Result<void>> sweep_statements(AgreementId agreement, WallTime now);
  Task<Result<void>> sweep_orphans(std::string kind, IsKnown is_known);
  Task<Result<void>> erase_all(std::string prefix);
  std::vector<StatementRow> open_after(const AgreementId& agreement, std::uint64_t after,
                                       bool newest_first) const;
  void keep(Account account);
  StatementState state_of(const Account& account, const wire::Statement& statement) const;

  MetaStore& store_;
  std::map<AgreementId, Account> accounts_;
  std::map<AgreementId, std::vector<StatementRow>> open_;
};

/// Marks what an agreement owes settled without a payment: too little is left at its end. Errors: those of
/// append_settled, io.
Task<Result<void>> waive_rest(MetaStore& store, Ledger& ledger, AgreementId agreement);

}  // namespace mycostr::payment
