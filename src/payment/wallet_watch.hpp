// How the wallet is, looked at now and then: for what must know it at once, and for the operator.
#pragma once

#include "mycostr/clock.hpp"
#include "mycostr/wallet.hpp"
#include "payment/settings.hpp"

namespace mycostr::payment {

/// Loop thread only. References outlive it.
class WalletWatch {
 public:
  WalletWatch(Clock& clock, Wallet& wallet, const Settings& settings)
      : clock_(clock), wallet_(wallet), settings_(settings) {}

  /// Looks once, then at every tick, until cancelled; where there is no wallet, just once.
  Task<> run();
  /// As of the last look; `offline` before the first.
  const WalletStatus& status() const { return status_; }
  bool is_ready() const { return status_.state == WalletState::ready; }

 private:
  Clock& clock_;
  Wallet& wallet_;
  const Settings settings_;
  WalletStatus status_{WalletState::offline, "it was not asked yet", {}, {}, 0};
};

/// "none", "offline" and so on.
std::string_view state_name(WalletState state);

}  // namespace mycostr::payment
