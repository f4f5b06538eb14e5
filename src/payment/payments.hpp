// All of a node's payments, wired together: accounts, statements, settling, channels.
#pragma once

#include "payment/channel_keeper.hpp"
#include "payment/payee.hpp"
#include "payment/payer.hpp"
#include "payment/rebalancer.hpp"
#include "payment/statement_answerer.hpp"
#include "payment/statement_sender.hpp"
#include "payment/unpaid_watch.hpp"
#include "payment/wallet_watch.hpp"

namespace mycostr::payment {

/// Outlive the payments; loop thread only.
struct Ports {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  Transport& transport;
  MetaStore& meta;
  Wallet& wallet;
  const crypto::Identity& identity;
  std::function<std::optional<PeerAddress>(const NodeId&)> address_of;  ///< nothing: not known, or away
  AuditWordOf audit_word;
  /// A change of the agreement with this holder has no answer yet.
  std::function<bool(const NodeId&)> is_changing;
  std::function<void(const NodeId& owner, bool is_stopped)> stop_accepting;
  std::function<Task<Result<void>>(NodeId owner)> delete_shards;
};

/// What happened, for the log of events.
struct Hooks {
  std::function<void(const StatementEvent&)> on_statement = [](const StatementEvent&) {};
  std::function<void(const Payment&)> on_payment = [](const Payment&) {};
  std::function<void(const ChannelIntent&)> on_channel = [](const ChannelIntent&) {};
};

/// Loop thread only. References outlive it.
class Payments {
 public:
  Payments(Ports ports, agreement::Book& agreements, Settings settings);

  /// Set before open().
  Hooks hooks;

  /// Once, after the agreements' open(). Errors: io, corrupt.
  Task<Result<void>> open();
  /// Adds what runs until it is cancelled.
  void start(async::TaskGroup& tasks);

  /// Whether it answers this operation of other nodes, and its answer.
  static bool answers(std::string_view operation);
  /// REQUIRES: answers()
  Task<Result<PeerReply>> handle(PeerRequest& request);

  const Settings& settings() const { return settings_; }
  const WalletStatus& wallet() const { return wallet_watch_.status(); }
  Ledger& ledger() { return ledger_; }
  PaymentBook& book() { return book_; }
  const UnpaidWatch& unpaid() const { return unpaid_; }
  const PeerWallets& peers() const { return peers_; }
  const ChannelKeeper& channels() const { return channels_; }
  const Rebalancer& rebalancer() const { return rebalancer_; }
  /// What a holder said last of how this owner stands with it.
  std::optional<wire::Standing> standing_with(const NodeId& holder) const {
    return sender_.standing_with(holder);
  }

 private:
  wire::Standing standing_of(const AgreementId& agreement) const;
  bool is_being_paid(const AgreementId& agreement) const;

  const Settings settings_;
  agreement::Book& agreements_;
  WalletWatch wallet_watch_;
  Ledger ledger_;
  PaymentBook book_;
  PeerWallets peers_;
  StatementSender sender_;
  StatementAnswerer answerer_;
  UnpaidWatch unpaid_;
  Payer payer_;
  Payee payee_;
  ChannelKeeper channels_;
  Rebalancer rebalancer_;
};

}  // namespace mycostr::payment
