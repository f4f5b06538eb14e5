// The wallet of a node without one.
#pragma once

#include "mycostr/wallet.hpp"

namespace mycostr::payment {

/// Its state is `none`; every call fails with `unreachable`, at once.
class NoWallet final : public Wallet {
 public:
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
};

}  // namespace mycostr::payment
