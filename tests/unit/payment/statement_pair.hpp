// An owner and a holder with one agreement, and their accounts of it, over a line between them; each with its
// disk, both restarted at will.
#pragma once

#include <gtest/gtest.h>

#include "async/task_group.hpp"
#include "payment/statement_answerer.hpp"
#include "payment/statement_sender.hpp"
#include "support/local_request.hpp"
#include "support/memory_meta_store.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::payment {

/// What becomes of the next calls.
enum class StatementLine { good, dead, loses_answers };

class StatementPair : private Transport {
 public:
  explicit StatementPair(std::uint64_t seed, std::uint64_t price = 4'000'000'000);
  ~StatementPair() override;

  struct Side {
    explicit Side(StatementPair& pair, test::MemoryMetaStore& store);
    agreement::Book book;
    Ledger ledger;
    std::unique_ptr<StatementSender> sender;
    std::unique_ptr<StatementAnswerer> answerer;
    async::TaskGroup tasks;
  };

  void stop_owner();
  void start_owner();
  void restart_owner();
  void restart_holder();
  void pass(Duration time) { clock.run_for(time); }

  /// A revision that both sides sign; the owner has it or, where the answer is lost, not yet.
  void change(std::uint64_t bytes, bool answer_is_lost = false, bool ends = false);
  /// The owner asks again for what it had no answer to.
  void catch_up();
  void set_state(agreement::Role role, agreement::State state);

  const agreement::Agreement& at_owner() { return *owner->book.find(id); }
  const agreement::Agreement& at_holder() { return *holder->book.find(id); }
  /// Never null: as before the first statement where there is none.
  Account owners() { return account_of(*owner); }
  Account holders() { return account_of(*holder); }
  std::vector<StatementRow> statements_of(Side& side, bool newest_first = false);
  /// Both have the same statements, each with both signatures, contiguous, with exact sums.
  void expect_agreed();
  /// Calls the holder as the owner would.
  Result<wire::AgreeStatementsReply> send(std::vector<wire::Statement> statements);
  wire::SignedPayload signed_by_owner(const wire::Statement& statement) const;

  boost::asio::io_context loop;
  test::VirtualClock clock{loop};
  test::SeededRandom random;
  test::MemoryMetaStore owner_meta;
  test::MemoryMetaStore holder_meta;
  const crypto::Identity owner_identity;
  const crypto::Identity holder_identity;
  Settings settings;
  StatementLine line = StatementLine::good;
  wire::AuditWord owners_word = wire::AuditWord::passed;
  wire::AuditWord holders_word = wire::AuditWord::passed;
  wire::Standing standing;
  bool is_changing = false;
  std::uint64_t calls = 0;
  std::vector<StatementEvent> owner_events;
  std::vector<StatementEvent> holder_events;
  AgreementId id;
  std::unique_ptr<Side> owner;
  std::unique_ptr<Side> holder;

 private:
  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits limits) override;
  void serve(PeerHandler&) override {}
  std::size_t connection_count() const override { return 0; }
  void start_holder();
  void make_agreement(std::uint64_t price);
  void save(Side& side, agreement::Agreement agreement);
  Account account_of(Side& side);
};

}  // namespace mycostr::payment
