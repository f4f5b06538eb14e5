// A wallet on a fake network of three nodes in a ring, of which much can go wrong.
#pragma once

#include <filesystem>

#include "support/fake_lnd/fake_lightning.hpp"
#include "support/started.hpp"
#include "wallet_test.hpp"

namespace mycostr::lightning {

class LndFaults : public LoopTest {
 protected:
  LndFaults() = default;
  ~LndFaults() override {
    run(wallet.stop());
    run(payee.stop());
    std::filesystem::remove_all(folder);
  }

  void faults(std::size_t node, const std::function<void(test::Faults&)>& change) {
    fake.network().set_faults(node, change);
  }
  LightningKey key(std::size_t node) { return fake.network().node(node).key; }
  std::string invoice(std::int64_t msat) { return run(payee.add_invoice(new_invoice(msat))).value().request; }
  PaymentHash hash_in(const std::string& request) { return run(payee.decode(request)).value().hash; }
  Result<PaymentStatus> sent(const std::string& request) {
    return run(wallet.send({.invoice = request, .max_fee = {}}));
  }
  /// To be run by Started, which gives the call back while it waits.
  static Task<> send(std::optional<Result<PaymentStatus>>& out, Wallet& from, SendRequest request) {
    out = co_await from.send(std::move(request));
  }

  const std::filesystem::path folder = [] {
    std::string name = std::filesystem::temp_directory_path() / "mycostr-faults-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the fake lnd");
    return name;
  }();
  test::FakeLightning fake{folder};
  LndWallet wallet{loop, clock, fake.access(0)};
  LndWallet payee{loop, clock, fake.access(1)};
};

}  // namespace mycostr::lightning
