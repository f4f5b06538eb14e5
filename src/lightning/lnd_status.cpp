// How the lnd is.
#include "lightning/lnd_wallet.hpp"
#include "lightning/unary.hpp"
#include "lnd/lightning.grpc.pb.h"
#include "lnd/state.grpc.pb.h"

namespace mycostr::lightning {

namespace {

/// Whoever asks how it is does not want to wait for long.
constexpr auto kStatusLimit = std::chrono::seconds(5);
constexpr int kMaxAddresses = 8;

WalletStatus failed(const Error& error) {
  const auto state = error.code == Errc::forbidden ? WalletState::forbidden : WalletState::offline;
  return {.state = state, .detail = to_string(error)};
}

/// Nothing where it answers all calls.
std::optional<WalletStatus> not_up(lnrpc::WalletState state) {
  switch (state) {
    case lnrpc::SERVER_ACTIVE:
      return std::nullopt;
    case lnrpc::NON_EXISTING:
      return WalletStatus{.state = WalletState::locked, .detail = "lnd has no wallet yet: lncli create"};
    case lnrpc::LOCKED:
      return WalletStatus{.state = WalletState::locked, .detail = "lnd waits for its password: lncli unlock"};
    default:
      return WalletStatus{.state = WalletState::starting, .detail = "lnd is starting"};
  }
}

WalletStatus described(const lnrpc::GetInfoResponse& info) {
  WalletStatus out{.state = info.synced_to_chain() ? WalletState::ready : WalletState::unsynced};
  if (!info.synced_to_chain()) {
    out.detail = "lnd is at block " + std::to_string(info.block_height()) + " and behind the chain";
  }
  out.key = LightningKey::from_hex(info.identity_pubkey());
  out.height = info.block_height();
  for (int i = 0; i < info.uris_size() && i < kMaxAddresses; ++i) {
    const auto& uri = info.uris(i);  // KEY@HOST:PORT
    if (const auto at = uri.find('@'); at != std::string::npos) out.addresses.push_back(uri.substr(at + 1));
  }
  return out;
}

}  // namespace

Task<WalletStatus> LndWallet::status() {
  const Link::Use use(link_);
  const auto state = co_await unary<lnrpc::State>(link_, &lnrpc::State::Stub::async::GetState,
                                                  lnrpc::GetStateRequest(), Errc::internal, kStatusLimit);
  if (!state) co_return failed(state.error());
  if (auto status = not_up(state->state())) co_return std::move(*status);
  const auto info = co_await unary<lnrpc::Lightning>(link_, &lnrpc::Lightning::Stub::async::GetInfo,
                                                     lnrpc::GetInfoRequest(), Errc::internal, kStatusLimit);
  if (!info) co_return failed(info.error());
  co_return described(*info);
}

}  // namespace mycostr::lightning
