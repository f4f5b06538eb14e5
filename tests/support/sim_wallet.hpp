// One node's wallet in the simulated Lightning network, with the faults of a real one.
#pragma once

#include "async/signal.hpp"
#include "support/sim_lightning.hpp"

namespace mycostr::test {

/// Stays when its user goes: it is another process. What it was asked for is carried out whether or not the
/// caller waits for the answer. Loop thread only.
class SimWallet final : public Wallet {
 public:
  /// In per mille of the calls.
  struct Faults {
    std::uint64_t lost_requests = 0;  ///< unreachable: nothing was done
    std::uint64_t lost_answers = 0;   ///< closed: it was done
    std::uint64_t slow_answers = 0;   ///< up to 20 s late
    std::uint64_t lost_hints = 0;     ///< on_settled that never comes
  };

  SimWallet(SimLightning& network, std::size_t number, LightningKey key, std::uint64_t funds_sat)
      : network_(network), number_(number), key_(key), funds_sat_(funds_sat) {}

  Task<WalletStatus> status() override;
  Task<Result<Invoice>> add_invoice(NewInvoice invoice) override;
  Task<Result<Invoice>> find_invoice(PaymentHash hash) override;
  Task<Result<void>> cancel_invoice(PaymentHash hash) override;
  Task<Result<DecodedInvoice>> decode(std::string invoice) override;
  Task<Result<PaymentStatus>> send(SendRequest request) override;
  Task<Result<PaymentStatus>> track(PaymentHash hash) override;
  Task<Result<std::vector<Channel>>> channels() override;
  Task<Result<std::vector<PendingChannel>>> pending_channels() override;
  Task<Result<std::uint64_t>> funds_sat() override;
  Task<Result<void>> connect(LightningKey peer, std::string address) override;
  Task<Result<std::string>> open_channel(LightningKey peer, std::uint64_t capacity_sat) override;

  const LightningKey& key() const { return key_; }
  /// Where connect() finds it.
  std::string address() const { return std::to_string(number_) + ".lightning:9735"; }
  Faults faults;
  /// What it answers while its process runs.
  void set_state(WalletState state) { state_ = state; }
  /// The process ends at once, and starts again.
  void kill();
  void start();
  bool is_running() const { return is_running_; }
  /// As one made anew from its seed. REQUIRES: nothing is in flight.
  void forget_payments() { outgoing_.clear(); }

  /// All it has in channels, what is on its way out not counted.
  Msat balance() const;
  std::uint64_t chain_sat() const { return funds_sat_; }
  std::size_t invoice_count() const { return invoices_.size(); }
  std::size_t sends() const { return sends_; }
  std::size_t channels_opened() const { return channels_opened_; }

 private:
  friend class SimLightning;

  struct Issued {
    Invoice invoice;
    Preimage preimage;
    Digest description_hash;
  };
  struct Outgoing {
    PaymentStatus status;
    std::uint64_t flight = 0;  ///< 0: none any more, or none ever
  };

  /// The way of a call there: carried out though the caller is cancelled meanwhile. Errors: unreachable,
  /// forbidden.
  Task<Result<void>> ask();
  /// And of its answer back. Errors: closed.
  Task<Result<void>> answered(std::uint64_t life);
  Issued* issued(const PaymentHash& hash);
  Result<PaymentStatus> begin_send(const SendRequest& request);
  Result<std::string> begin_open(const LightningKey& peer, std::uint64_t capacity_sat);
  void outcome(const PaymentHash& hash, PaymentStatus status);
  void was_paid(Issued& issued, std::uint64_t channel);

  SimLightning& network_;
  const std::size_t number_;
  const LightningKey key_;
  std::uint64_t funds_sat_;
  WalletState state_ = WalletState::ready;
  bool is_running_ = true;
  std::uint64_t life_ = 1;
  std::map<PaymentHash, Issued> invoices_;
  std::map<PaymentHash, Outgoing> outgoing_;
  std::vector<LightningKey> connected_;
  async::Signal changed_;  ///< of a payment, or the process
  std::size_t sends_ = 0;
  std::size_t channels_opened_ = 0;
};

/// What stands for BOLT 11 there.
std::string encode_sim_invoice(const DecodedInvoice& invoice);
std::optional<DecodedInvoice> decode_sim_invoice(std::string_view text);

}  // namespace mycostr::test
