// Inside of payment only: one payment, taken as far as it gets now.
#pragma once

#include "payment/next_step.hpp"
#include "payment/payer.hpp"

namespace mycostr::payment {

/// The driver of next_step(): each step is saved, then done. Nobody else changes the payment meanwhile. Loop
/// thread only. References outlive it.
class Pursuit {
 public:
  struct Parts {
    const PayerPorts& ports;
    Ledger& ledger;
    PaymentBook& book;
    PeerWallets& peers;
    HolderLine& line;
    const Settings& settings;
    const std::function<void(const AgreementId&, const wire::Standing&)>& on_standing;
  };

  Pursuit(Parts parts, PayerTurn& turn, Payment payment)
      : parts_(parts), turn_(turn), payment_(std::move(payment)) {}

  /// False where it has to wait: how long, `turn` says; true once it is settled. Errors: io, corrupt, and
  /// those of the wallet.
  Task<Result<bool>> run();

 private:
  enum class Next { go_on, wait, settled };
  static constexpr int kPatient = 10;  ///< ticks

  WallTime now() const { return parts_.ports.clock.wall_now(); }
  Task<Result<void>> save(Durability durability = Durability::synced);
  /// Waits for a while, longer each time, up to a tick, or ten where trying again is not likely to help; with
  /// a new problem on the record.
  Task<Result<Next>> wait(std::string problem, int longest_ticks = 1);
  /// What is known now of wallet, hash and channels.
  Task<Result<void>> look_around(WallTime at);
  Task<Result<void>> note_status();
  Task<Result<Next>> take(Step step);

  std::string over_budget(Msat fee) const;
  Task<Result<Next>> ask_invoice();
  Task<Result<Next>> refused_invoice(Error error);
  Task<Result<Next>> accept_invoice(wire::InvoiceReply reply);
  Task<Result<Next>> accept_paid(wire::InvoiceReply reply, DecodedInvoice invoice);
  Task<Result<Next>> send();
  Task<Result<SendRequest>> way();
  Task<Result<Next>> send_failed(PaymentStatus status, bool was_direct);
  Task<Result<Next>> settle(PaymentStatus status);
  Task<Result<Next>> ask_cancel();
  Task<Result<Next>> next_attempt();
  /// Whether an attempt that was given up has arrived after all: then that settles it.
  Task<Result<Next>> look_back();
  std::string why_waiting() const;

  const Parts parts_;
  PayerTurn& turn_;
  Payment payment_;
  Known known_;
  Bytes word_;
};

/// "no_route: ..." and so on.
std::string failure_text(PaymentFailure failure);
/// "wallet_locked: ..." and so on.
std::string wallet_text(WalletState state);

}  // namespace mycostr::payment
