#include "payment/wallet_watch.hpp"

#include "base/log.hpp"

namespace mycostr::payment {

Task<> WalletWatch::run() {
  for (;;) {
    auto now = co_await wallet_.status();
    if (now.state != status_.state) {
      const auto level =
          now.state == WalletState::ready || now.state == WalletState::none ? LogLevel::info : LogLevel::warn;
      log(level, "payment", "wallet is {}{}{}", state_name(now.state), now.detail.empty() ? "" : ": ",
          now.detail);
    }
    status_ = std::move(now);
    if (status_.state == WalletState::none) co_return;
    co_await clock_.sleep_for(settings_.tick());
  }
}

std::string_view state_name(WalletState state) {
  switch (state) {
    case WalletState::none:
      return "none";
    case WalletState::offline:
      return "offline";
    case WalletState::locked:
      return "locked";
    case WalletState::starting:
      return "starting";
    case WalletState::unsynced:
      return "unsynced";
    case WalletState::forbidden:
      return "forbidden";
    case WalletState::ready:
      return "ready";
  }
  return "";
}

}  // namespace mycostr::payment
