// Adapter of Wallet: an lnd over gRPC (docs/lightning.md, docs/adr/0014-lightning.md).
#pragma once

#include "async/task_group.hpp"
#include "lightning/link.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/wallet.hpp"

namespace mycostr::lightning {

/// Loop thread only; gRPC has threads of its own, which only post to the loop. Use: construct, start(), ...,
/// stop(), destroy. An lnd that is away, locked or not there yet is no error: it is tried anew with every
/// call. At most 10,000 channels, and 16 MiB a message: past that calls fail with `internal`.
class LndWallet final : public Wallet {
 public:
  /// All passed in outlives it. Does nothing yet.
  LndWallet(boost::asio::io_context& loop, Clock& clock, LndAccess access);

  /// From now on on_settled is called. At most once.
  void start();
  /// Ends what is under way with Errc::closed (lnd may carry it out all the same), and returns when nothing
  /// runs. Calls after it fail with `closed`.
  Task<> stop();

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

 private:
  Task<> watch_invoices();
  Task<Error> follow_invoices();
  Task<Result<std::string>> try_open(LightningKey peer, std::uint64_t capacity_sat);

  Clock& clock_;
  Link link_;
  std::uint64_t settle_index_ = 0;  // of the last settlement heard of; 0: none yet
  async::TaskGroup tasks_;
};

}  // namespace mycostr::lightning
