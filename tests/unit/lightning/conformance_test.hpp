// One suite for the port, run on the fake network and, where MYCOSTR_LIGHTNING_DIR says where one is up, on a
// real one.
#pragma once

#include <deque>

#include "network.hpp"
#include "support/started.hpp"
#include "wallet_test.hpp"

namespace mycostr::lightning {

struct NetworkKind {
  const char* name;
  std::unique_ptr<TestNetwork> (*make)();
};
inline void PrintTo(const NetworkKind& kind, std::ostream* out) {
  *out << kind.name;
}

class WalletConformance : public LoopTest, public ::testing::WithParamInterface<NetworkKind> {
 protected:
  static constexpr std::size_t kNodes = 4;

  WalletConformance() : network(GetParam().make()) {
    for (std::size_t i = 0; i < kNodes; ++i) {
      wallets.emplace_back(loop, clock, network->access(i));
      keys.push_back(run(wallets[i].status()).key.value());
      Admin(network->admin(i)).forget_failures();
    }
  }
  ~WalletConformance() override {
    for (auto& wallet : wallets) run(wallet.stop());
  }

  Invoice added(std::size_t payee, NewInvoice wish) { return run(wallets[payee].add_invoice(wish)).value(); }
  Result<PaymentStatus> sent(std::size_t payer, SendRequest request) {
    return run(wallets[payer].send(std::move(request)));
  }
  PaymentStatus tracked(std::size_t payer, const PaymentHash& hash) {
    return run(wallets[payer].track(hash)).value();
  }
  /// Of node `at`, the one with `peer`.
  Channel channel(std::size_t at, std::size_t peer) {
    for (auto& it : run(wallets[at].channels()).value()) {
      if (it.peer == keys[peer]) return it;
    }
    return {};
  }
  void wait_until(const std::function<bool()>& holds) {
    const auto end = clock.now() + std::chrono::seconds(30);
    while (!holds() && clock.now() < end) run_for(std::chrono::milliseconds(50));
    EXPECT_TRUE(holds());
  }
  void wait_for(std::size_t payer, const PaymentHash& hash, PaymentStatus::State state) {
    wait_until([&] { return tracked(payer, hash).state == state; });
  }

  std::unique_ptr<TestNetwork> network;
  std::deque<LndWallet> wallets;
  std::vector<LightningKey> keys;
};

}  // namespace mycostr::lightning
