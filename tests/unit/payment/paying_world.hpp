// An owner and a holder that pay over a Lightning network, each with its disk and its wallet; all four end
// and start again at will. What is owed is agreed on by hand.
#pragma once

#include <gtest/gtest.h>

#include "async/task_group.hpp"
#include "payment/channel_keeper.hpp"
#include "payment/payee.hpp"
#include "payment/payer.hpp"
#include "payment/rebalancer.hpp"
#include "support/sim_meta_store.hpp"
#include "support/sim_transport.hpp"
#include "support/sim_wallet.hpp"

namespace mycostr::payment {

class PayingWorld {
 public:
  explicit PayingWorld(std::uint64_t seed, Settings chosen = default_settings());
  ~PayingWorld();

  /// A wallet, and everything else as it is by default.
  static Settings default_settings();

  struct Life {
    Life(PayingWorld& world, MetaStore& store, const std::string& name);
    agreement::Book agreements;
    Ledger ledger;
    PaymentBook book;
    PeerWallets peers;
    std::unique_ptr<Payer> payer;             ///< owner
    std::unique_ptr<ChannelKeeper> channels;  ///< owner, where the test wants it
    std::unique_ptr<Payee> payee;             ///< holder
    async::TaskGroup tasks;
  };
  struct Side : PeerHandler {
    Side(PayingWorld& of, agreement::Role plays, std::uint64_t seed, unsigned number);
    Task<Result<PeerReply>> handle(PeerRequest& request) override;
    void start();
    void crash(test::Crash kind);
    void restart() {
      crash(test::Crash::process_kill);
      start();
    }
    bool is_up() const { return life != nullptr; }

    PayingWorld& world;
    const agreement::Role role;
    const crypto::Identity identity;
    const Endpoint endpoint;
    test::Power power;
    test::SimMetaStore meta;
    test::SimTransport& transport;
    test::SimWallet& wallet;
    std::unique_ptr<Life> life;
    std::vector<Payment> changes;  ///< what the book told of, in all lives
  };

  void pass(Duration time) { clock.run_for(time); }
  /// Until the owner owes nothing, or `longest` has passed; whether it does.
  bool pass_until_paid(Duration longest);
  /// Both sides agree that this much more is owed. REQUIRES: both are up.
  void owe(std::int64_t msat, bool is_last = false);
  const Account& owners() { return *owner.life->ledger.find(id); }
  const Account& holders() { return *holder.life->ledger.find(id); }
  /// All of one side, oldest first.
  std::vector<Payment> payments(Side& side);
  /// Empty where there is none.
  Payment last_payment(Side& side) {
    const auto all = payments(side);
    return all.empty() ? Payment() : all.back();
  }
  /// For people who look for a fault.
  std::string state();
  std::string problem() { return last_payment(owner).problem; }
  /// Everything that was owed is paid, once, and both sides know it and have the preimages.
  void expect_paid_once();

  boost::asio::io_context loop;
  test::VirtualClock clock{loop};
  test::Trace trace;
  test::SeededRandom random;
  test::SimLightning lightning;
  test::SimNetwork network;
  const Settings settings;
  bool holder_lies = false;            ///< it gives its word, and cancels nothing
  bool has_channels = false;           ///< the owner opens them; from its next life on
  std::vector<ChannelIntent> intents;  ///< what the keeper told of
  AgreementId id;
  std::int64_t owed = 0;  ///< all that ever was
  Side owner;
  Side holder;

 private:
  void make_agreement();
};

}  // namespace mycostr::payment
