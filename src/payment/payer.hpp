// The owner's side of paying: settles what it owes to holders, each settlement exactly once
// (docs/channels.md).
//
// Every state of a payment is on disk before its effect. Where this process, the wallet or the holder ends in
// between, the wallet is asked what became of the hash (Wallet::track), never guessed.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>

#include "async/signal.hpp"
#include "async/task_group.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/random.hpp"
#include "mycostr/transport.hpp"
#include "mycostr/wallet.hpp"
#include "payment/holder_line.hpp"
#include "payment/ledger.hpp"
#include "payment/payment_book.hpp"
#include "payment/peer_wallets.hpp"

namespace mycostr::payment {

/// Outlive the payer; loop thread only.
struct PayerPorts {
  boost::asio::any_io_executor executor;
  Clock& clock;
  Random& random;
  Transport& transport;
  Wallet& wallet;
  HolderLine::AddressOf address_of;  ///< nothing: not known, or away
};

/// Between two looks at one agreement's payment; in memory only.
struct PayerTurn {
  bool is_in_work = false;
  SteadyTime not_before;
  Duration pause{};              ///< before the look after that, while nothing gets on
  bool direct_failed = false;    ///< the last send, over the channel with the payee
  bool has_looked_back = false;  ///< at the attempts given up, since the start and the last of them
};

/// Loop thread only. References outlive it. One payment at a time for each agreement.
class Payer {
 public:
  static constexpr std::size_t kPaymentsAtOnce = 32;
  /// Attempts that were given up are looked at again for so long, at each start.
  static constexpr auto kLookBack = std::chrono::days(30);

  Payer(PayerPorts ports, Ledger& ledger, PaymentBook& book, PeerWallets& peers, Settings settings)
      : ports_(std::move(ports)),
        ledger_(ledger),
        book_(book),
        peers_(peers),
        settings_(settings),
        line_(ports_.transport, ports_.address_of),
        tasks_(ports_.executor, "payment") {}

  /// How this node stands with a holder, as it says with its invoices.
  std::function<void(const AgreementId&, const wire::Standing&)> on_standing;

  /// Until cancelled; after ledger, book and peers have been opened. Without a wallet it does nothing.
  Task<> run();
  /// Statements were agreed on: something may be due.
  void wake() { changed_.notify_all(); }

 private:
  class InWork;

  Task<> rounds();
  void look();
  bool has_work(const Account& account) const;
  Duration until_next() const;
  Task<> work(AgreementId id);
  /// The payment under way, or a new one where one is due. Errors: io, corrupt.
  Task<Result<std::optional<Payment>>> current(AgreementId id);
  Task<Result<std::optional<Payment>>> intend(AgreementId id);
  bool is_one_part(const Settlement& settlement) const;
  Task<Result<std::optional<Settlement>>> part_of(Settlement whole);
  Task<> look_back();
  Task<Result<void>> look_back_at(PaymentBook::Key key);

  const PayerPorts ports_;
  Ledger& ledger_;
  PaymentBook& book_;
  PeerWallets& peers_;
  const Settings settings_;
  HolderLine line_;
  std::map<AgreementId, PayerTurn> turns_;
  async::Signal changed_;
  async::TaskGroup tasks_;
};

}  // namespace mycostr::payment
