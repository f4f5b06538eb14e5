// Cases that kill an lnd, and what they run on.
#include "conformance_test.hpp"

namespace mycostr::lightning {

TEST_P(WalletConformance, APayeeThatIsOffHasNoRoute) {
  // Money in another channel, else lnd would miss that first.
  const auto back = added(0, new_invoice(20'000'000));
  ASSERT_EQ(sent(3, {.invoice = back.request, .max_fee = {}}).value().state, PaymentStatus::State::succeeded);
  const auto invoice = added(1, new_invoice(1000));
  network->kill(1);
  wait_until([&] { return !channel(0, 1).is_active; });
  EXPECT_EQ(run(wallets[1].status()).state, WalletState::offline);
  const auto unreachable = run(wallets[1].find_invoice(invoice.hash));
  ASSERT_FALSE(unreachable);
  EXPECT_EQ(unreachable.error().code, Errc::unreachable);
  const auto status = sent(0, {.invoice = invoice.request, .max_fee = {}}).value();
  EXPECT_EQ(status.state, PaymentStatus::State::failed);
  EXPECT_EQ(status.failure, PaymentFailure::no_route);

  network->start(1);
  wait_until([&] { return run(wallets[1].status()).state == WalletState::ready; });
  wait_until([&] { return channel(0, 1).is_active && channel(1, 2).is_active; });
  Admin(network->admin(0)).forget_failures();
  EXPECT_EQ(sent(0, {.invoice = invoice.request, .max_fee = {}}).value().state,
            PaymentStatus::State::succeeded);
}

TEST_P(WalletConformance, AnLndThatDiesWithAPaymentInFlightGoesOnWithIt) {
  const auto preimage = new_preimage();
  const auto hash = hash_of(preimage);
  const auto request = Admin(network->admin(1)).add_hold_invoice(hash.text(), 9000);
  std::optional<Result<PaymentStatus>> outcome;
  struct Keep {
    static Task<> in(std::optional<Result<PaymentStatus>>& out, Wallet& wallet, SendRequest send) {
      out = co_await wallet.send(std::move(send));
    }
  };
  test::Started sending(loop, Keep::in(outcome, wallets[0], {.invoice = request, .max_fee = {}}));
  wait_until([&] { return run(wallets[1].find_invoice(hash)).value().state == Invoice::State::accepted; });

  network->kill(0);
  run_until([&] { return sending.ended(); });
  // The end of a stream is no outcome.
  EXPECT_EQ(outcome->value().state, PaymentStatus::State::in_flight);
  EXPECT_FALSE(run(wallets[0].track(hash)));

  network->start(0);
  wait_until([&] { return run(wallets[0].status()).state == WalletState::ready; });
  wait_until([&] { return channel(0, 1).is_active && channel(0, 3).is_active; });
  EXPECT_EQ(tracked(0, hash).state, PaymentStatus::State::in_flight);
  Admin(network->admin(1)).settle(preimage.text());
  wait_for(0, hash, PaymentStatus::State::succeeded);
  EXPECT_EQ(tracked(0, hash).preimage, preimage);
}

namespace {

std::vector<NetworkKind> real_ones() {
  if (std::getenv("MYCOSTR_LIGHTNING_DIR") == nullptr) return {};
  return {{"real", use_real_network}};
}

std::string name_of(const ::testing::TestParamInfo<NetworkKind>& info) {
  return info.param.name;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Fake, WalletConformance, ::testing::Values(NetworkKind{"fake", make_fake_network}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Real, WalletConformance, ::testing::ValuesIn(real_ones()), name_of);

}  // namespace mycostr::lightning
