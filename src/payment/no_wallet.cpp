#include "payment/no_wallet.hpp"

namespace mycostr::payment {

namespace {

std::unexpected<Error> no_wallet() {
  return fail(Errc::unreachable, "this node has no Lightning wallet");
}

}  // namespace

Task<WalletStatus> NoWallet::status() {
  co_return WalletStatus{.detail = "no Lightning wallet is configured"};
}

Task<Result<Invoice>> NoWallet::add_invoice(NewInvoice) {
  co_return no_wallet();
}

Task<Result<Invoice>> NoWallet::find_invoice(PaymentHash) {
  co_return no_wallet();
}

Task<Result<void>> NoWallet::cancel_invoice(PaymentHash) {
  co_return no_wallet();
}

Task<Result<DecodedInvoice>> NoWallet::decode(std::string) {
  co_return no_wallet();
}

Task<Result<PaymentStatus>> NoWallet::send(SendRequest) {
  co_return no_wallet();
}

Task<Result<PaymentStatus>> NoWallet::track(PaymentHash) {
  co_return no_wallet();
}

Task<Result<std::vector<Channel>>> NoWallet::channels() {
  co_return no_wallet();
}

Task<Result<std::vector<PendingChannel>>> NoWallet::pending_channels() {
  co_return no_wallet();
}

Task<Result<std::uint64_t>> NoWallet::funds_sat() {
  co_return no_wallet();
}

Task<Result<void>> NoWallet::connect(LightningKey, std::string) {
  co_return no_wallet();
}

Task<Result<std::string>> NoWallet::open_channel(LightningKey, std::uint64_t) {
  co_return no_wallet();
}

}  // namespace mycostr::payment
