// Payments whose outcome is not told, and settlements that are told twice or not at all.
#include <deque>

#include "faults_test.hpp"

namespace mycostr::lightning {

namespace {

constexpr auto kSucceeded = PaymentStatus::State::succeeded;
constexpr auto kInFlight = PaymentStatus::State::in_flight;
constexpr auto kFailed = PaymentStatus::State::failed;

}  // namespace

TEST_F(LndFaults, TheEndOfAStreamIsNoOutcome) {
  const auto request = invoice(1000);
  faults(0, [](auto& f) { f.stick_next = test::Stick::held; });
  std::optional<Result<PaymentStatus>> outcome;
  test::Started sending(loop, send(outcome, wallet, {.invoice = request, .max_fee = {}}));
  run_until([&] { return fake.network().node(0).payments.size() == 1; });
  EXPECT_EQ(run(wallet.track(hash_in(request))).value().state, kInFlight);
  fake.network().drop_streams(0);
  run_until([&] { return sending.ended(); });
  EXPECT_EQ(outcome->value().state, kInFlight);
  ASSERT_TRUE(fake.network().release(hash_in(request)));
  EXPECT_EQ(run(wallet.track(hash_in(request))).value().state, kSucceeded);
}

TEST_F(LndFaults, ALostAnswerToASendIsTracked) {
  const auto request = invoice(1000);
  faults(0, [](auto& f) {
    f.fail_next["SendPaymentV2"] = {grpc::StatusCode::UNAVAILABLE, "recvmsg:Connection reset by peer"};
  });
  EXPECT_EQ(sent(request).value().state, kInFlight);
  EXPECT_EQ(run(wallet.track(hash_in(request))).value().state, PaymentStatus::State::unknown);
  EXPECT_EQ(sent(request).value().state, kSucceeded);
}

TEST_F(LndFaults, AStuckPaymentIsInFlightAndInNoChannel) {
  const auto request = invoice(1000);
  faults(0, [](auto& f) { f.stick_next = test::Stick::lost; });
  std::optional<Result<PaymentStatus>> outcome;
  test::Started sending(loop, send(outcome, wallet, {.invoice = request, .max_fee = {}}));
  run_until([&] { return fake.network().node(0).payments.size() == 1; });
  fake.kill(0);
  run_until([&] { return sending.ended(); });
  EXPECT_EQ(outcome->value().state, kInFlight);
  fake.start(0);
  run_until([&] { return run(wallet.status()).state == WalletState::ready; });
  EXPECT_EQ(run(wallet.track(hash_in(request))).value().state, kInFlight);
  EXPECT_EQ(sent(request).error().code, Errc::exists);
  for (const auto& channel : run(wallet.channels()).value()) EXPECT_TRUE(channel.pending.empty());
  EXPECT_TRUE(run(payee.cancel_invoice(hash_in(request))));
}

TEST_F(LndFaults, EveryReasonToFailHasAWord) {
  const std::vector<std::pair<lnrpc::PaymentFailureReason, PaymentFailure>> cases = {
      {lnrpc::FAILURE_REASON_TIMEOUT, PaymentFailure::timeout},
      {lnrpc::FAILURE_REASON_NO_ROUTE, PaymentFailure::no_route},
      {lnrpc::FAILURE_REASON_INSUFFICIENT_BALANCE, PaymentFailure::insufficient_balance},
      {lnrpc::FAILURE_REASON_INCORRECT_PAYMENT_DETAILS, PaymentFailure::incorrect_details},
      {lnrpc::FAILURE_REASON_ERROR, PaymentFailure::other},
      {lnrpc::FAILURE_REASON_CANCELED, PaymentFailure::other},
  };
  const auto request = invoice(1000);
  for (const auto& [reason, expected] : cases) {
    faults(0, [&](auto& f) { f.fail_next_payment = reason; });
    const auto status = sent(request).value();
    EXPECT_EQ(status.state, kFailed);
    EXPECT_EQ(status.failure, expected) << reason;
  }
  EXPECT_EQ(sent(request).value().state, kSucceeded);
}

TEST_F(LndFaults, ACancelledCallReturnsAtOnceAndThePaymentGoesOn) {
  const auto request = invoice(1000);
  faults(0, [](auto& f) { f.stick_next = test::Stick::held; });
  std::optional<Result<PaymentStatus>> outcome;
  test::Started sending(loop, send(outcome, wallet, {.invoice = request, .max_fee = {}}));
  run_until([&] { return fake.network().node(0).payments.size() == 1; });
  sending.cancel();
  run_until([&] { return sending.ended(); });
  EXPECT_TRUE(sending.was_cancelled());
  ASSERT_TRUE(fake.network().release(hash_in(request)));
  EXPECT_EQ(run(wallet.track(hash_in(request))).value().state, kSucceeded);
}

TEST_F(LndFaults, StopEndsWhatIsUnderWay) {
  const auto request = invoice(1000);
  LndWallet other(loop, clock, fake.access(0));
  other.start();
  faults(0, [](auto& f) { f.stick_next = test::Stick::lost; });
  std::optional<Result<PaymentStatus>> outcome;
  test::Started sending(loop, send(outcome, other, {.invoice = request, .max_fee = {}}));
  run_until([&] { return fake.network().node(0).payments.size() == 1; });
  faults(0, [](auto& f) { f.delay = std::chrono::seconds(60); });
  struct Keep {
    static Task<> list(std::optional<Result<std::vector<Channel>>>& out, Wallet& from) {
      out = co_await from.channels();
    }
  };
  std::optional<Result<std::vector<Channel>>> listed;
  test::Started listing(loop, Keep::list(listed, other));
  run_for(std::chrono::milliseconds(100));
  run(other.stop());
  EXPECT_TRUE(sending.ended() && listing.ended());
  EXPECT_EQ(outcome->value().state, kInFlight);
  EXPECT_EQ(listed->error().code, Errc::closed);
  EXPECT_EQ(run(other.channels()).error().code, Errc::closed);
  EXPECT_EQ(run(other.status()).state, WalletState::offline);
  faults(0, [](auto& f) { f.delay = {}; });
}

TEST_F(LndFaults, CallsEndHoweverLndComesAndGoes) {
  struct Keep {
    static Task<> list(Wallet& from) { static_cast<void>(co_await from.channels()); }
    static Task<> track(Wallet& from, PaymentHash hash) { static_cast<void>(co_await from.track(hash)); }
  };
  wallet.start();
  for (int round = 0; round < 20; ++round) {
    const auto request = invoice(1000);
    faults(0, [&](auto& f) { f.stick_next = round % 2 ? test::Stick::held : test::Stick::lost; });
    std::optional<Result<PaymentStatus>> outcome;
    test::Started sending(loop, send(outcome, wallet, {.invoice = request, .max_fee = {}}));
    run_for(std::chrono::milliseconds(round));
    std::deque<test::Started> others;
    for (int i = 0; i < 4; ++i) {
      others.emplace_back(loop, Keep::list(wallet));
      others.emplace_back(loop, Keep::track(wallet, hash_of(new_preimage())));
    }
    run_for(std::chrono::microseconds(100 * round));
    if (round % 3 == 0) others[round % 8].cancel();
    round % 4 == 0 ? fake.network().drop_streams(0) : fake.kill(0);
    if (round % 4 != 0) fake.start(0);
    if (round % 4 == 0) sending.cancel();
    run_until([&] { return sending.ended() && std::ranges::all_of(others, &test::Started::ended); });
    run_until([&] { return run(wallet.status()).state == WalletState::ready; });
  }
}

TEST_F(LndFaults, SettlementsAreToldOnceThoughLndRepeatsThem) {
  std::vector<PaymentHash> told;
  faults(1, [](auto& f) { f.repeats_events = true; });
  payee.on_settled = [&](const PaymentHash& hash) { told.push_back(hash); };
  payee.start();
  run_for(std::chrono::milliseconds(200));
  const auto first = invoice(1000);
  const auto second = invoice(2000);
  ASSERT_EQ(sent(first).value().state, kSucceeded);
  ASSERT_EQ(sent(second).value().state, kSucceeded);
  run_until([&] { return told.size() >= 2; });
  run_for(std::chrono::milliseconds(100));
  EXPECT_EQ(told, (std::vector{hash_in(first), hash_in(second)}));
}

TEST_F(LndFaults, SettlementsWhileTheStreamIsDownAreToldLater) {
  std::vector<PaymentHash> told;
  payee.on_settled = [&](const PaymentHash& hash) { told.push_back(hash); };
  payee.start();
  run_for(std::chrono::milliseconds(200));
  const auto first = invoice(1000);
  const auto second = invoice(2000);
  ASSERT_EQ(sent(first).value().state, kSucceeded);
  run_until([&] { return told.size() == 1; });
  fake.network().drop_streams(1);
  ASSERT_EQ(sent(second).value().state, kSucceeded);
  run_until([&] { return told.size() == 2; });
  EXPECT_EQ(told[1], hash_in(second));
}

}  // namespace mycostr::lightning
