// What goes wrong with an lnd, and what the wallet makes of it.
#include "faults_test.hpp"

#include <fstream>

namespace mycostr::lightning {

TEST_F(LndFaults, EachStateOfLndIsOneOfTheWallets) {
  const std::vector<std::pair<lnrpc::WalletState, WalletState>> cases = {
      {lnrpc::NON_EXISTING, WalletState::locked},       {lnrpc::LOCKED, WalletState::locked},
      {lnrpc::UNLOCKED, WalletState::starting},         {lnrpc::RPC_ACTIVE, WalletState::starting},
      {lnrpc::WAITING_TO_START, WalletState::starting}, {lnrpc::SERVER_ACTIVE, WalletState::ready},
  };
  for (const auto& [lnd, expected] : cases) {
    faults(0, [&](auto& f) { f.state = lnd; });
    EXPECT_EQ(run(wallet.status()).state, expected) << lnd;
  }
  faults(0, [](auto& f) { f.is_synced = false; });
  EXPECT_EQ(run(wallet.status()).state, WalletState::unsynced);
}

TEST_F(LndFaults, CallsToALndThatIsNotUpAreUnreachable) {
  for (const auto state : {lnrpc::NON_EXISTING, lnrpc::LOCKED, lnrpc::UNLOCKED, lnrpc::WAITING_TO_START}) {
    faults(0, [&](auto& f) { f.state = state; });
    EXPECT_EQ(run(wallet.channels()).error().code, Errc::unreachable) << state;
    EXPECT_EQ(run(wallet.send({.invoice = "x", .max_fee = {}})).error().code, Errc::unreachable) << state;
  }
}

TEST_F(LndFaults, AnLndThatIsOffIsOfflineUntilItReturns) {
  EXPECT_EQ(run(wallet.status()).state, WalletState::ready);
  fake.kill(0);
  EXPECT_EQ(run(wallet.status()).state, WalletState::offline);
  EXPECT_EQ(run(wallet.add_invoice(new_invoice(1))).error().code, Errc::unreachable);
  fake.start(0);
  run_until([&] { return run(wallet.status()).state == WalletState::ready; });
}

TEST_F(LndFaults, FilesThatAreNotThereMakeItOfflineUntilTheyAre) {
  const auto files = fake.access(0);
  std::filesystem::rename(files.macaroon, files.macaroon.string() + ".away");
  EXPECT_EQ(run(wallet.status()).state, WalletState::offline);
  EXPECT_EQ(run(wallet.channels()).error().code, Errc::unreachable);
  std::ofstream(files.macaroon).close();
  EXPECT_EQ(run(wallet.channels()).error().code, Errc::unreachable);
  std::filesystem::rename(files.macaroon.string() + ".away", files.macaroon);
  EXPECT_EQ(run(wallet.status()).state, WalletState::ready);
}

TEST_F(LndFaults, AWrongMacaroonIsForbiddenAndARenewedOneIsReadAgain) {
  const auto file = fake.access(0).macaroon;
  ASSERT_EQ(run(wallet.status()).state, WalletState::ready);
  std::filesystem::copy_file(file, file.string() + ".old");
  fake.renew_macaroon(0);
  std::filesystem::rename(file, file.string() + ".new");
  std::filesystem::rename(file.string() + ".old", file);
  const auto status = run(wallet.status());
  EXPECT_EQ(status.state, WalletState::forbidden);
  EXPECT_EQ(run(wallet.channels()).error().code, Errc::forbidden);
  std::filesystem::rename(file.string() + ".new", file);
  EXPECT_EQ(run(wallet.status()).state, WalletState::ready);
}

TEST_F(LndFaults, ARenewedCertificateIsReadAgain) {
  ASSERT_EQ(run(wallet.status()).state, WalletState::ready);
  fake.kill(0);
  fake.renew_certificate(0);
  fake.start(0);
  run_until([&] { return run(wallet.status()).state == WalletState::ready; });
}

TEST_F(LndFaults, AnotherCertificateThanTheFilesIsNotTrusted) {
  auto files = fake.access(0);
  files.certificate = fake.access(1).certificate;
  LndWallet other(loop, clock, files);
  EXPECT_EQ(run(other.status()).state, WalletState::offline);
  run(other.stop());
}

TEST_F(LndFaults, WhatTheMacaroonDoesNotAllowIsForbidden) {
  faults(0, [](auto& f) { f.denied = {"OpenChannel", "WalletBalance"}; });
  EXPECT_EQ(run(wallet.open_channel(key(1), 200'000)).error().code, Errc::forbidden);
  EXPECT_EQ(run(wallet.funds_sat()).error().code, Errc::forbidden);
  EXPECT_TRUE(run(wallet.channels()));
  EXPECT_EQ(run(wallet.status()).state, WalletState::ready);
}

TEST_F(LndFaults, ALostAnswerToAddInvoiceIsClosedAndTheSameInvoiceComesNext) {
  const auto wish = new_invoice(1000);
  faults(0, [](auto& f) { f.lose_next = {"AddInvoice"}; });
  EXPECT_EQ(run(wallet.add_invoice(wish)).error().code, Errc::closed);
  const auto invoice = run(wallet.add_invoice(wish));
  ASSERT_TRUE(invoice);
  EXPECT_EQ(invoice->hash, hash_of(wish.preimage));
  EXPECT_EQ(fake.network().node(0).invoices.size(), 1u);
}

TEST_F(LndFaults, ALostAnswerToOpenChannelLeavesAPendingOne) {
  faults(0, [](auto& f) { f.fail_next["OpenChannel"] = {grpc::StatusCode::UNAVAILABLE, "Socket closed"}; });
  EXPECT_EQ(run(wallet.open_channel(key(1), 200'000)).error().code, Errc::closed);
  EXPECT_TRUE(run(wallet.pending_channels()).value().empty());
  ASSERT_TRUE(run(wallet.open_channel(key(1), 200'000)));
  EXPECT_EQ(run(wallet.pending_channels()).value().size(), 1u);
}

TEST_F(LndFaults, APeerThatIsNotOnlineYetIsTriedAgain) {
  const auto text = "peer " + key(1).hex() + " is not online";
  faults(0, [&](auto& f) { f.fail_next["OpenChannel"] = {grpc::StatusCode::UNKNOWN, text}; });
  EXPECT_TRUE(run(wallet.open_channel(key(1), 200'000)));
}

TEST_F(LndFaults, ADeadlineIsATimeout) {
  faults(0, [](auto& f) { f.fail_next["ListChannels"] = {grpc::StatusCode::DEADLINE_EXCEEDED, "late"}; });
  EXPECT_EQ(run(wallet.channels()).error().code, Errc::timeout);
  faults(0, [](auto& f) { f.delay = std::chrono::seconds(8); });
  const auto begin = clock.now();
  EXPECT_EQ(run(wallet.status()).state, WalletState::offline);
  EXPECT_LT(clock.now() - begin, std::chrono::seconds(7));
}

TEST_F(LndFaults, ASlowLndIsWaitedFor) {
  faults(0, [](auto& f) { f.delay = std::chrono::milliseconds(400); });
  EXPECT_TRUE(run(wallet.channels()));
}

TEST_F(LndFaults, MoreChannelsThanAnyNodeHasAreRefused) {
  for (int i = 0; i < 10'000; ++i) fake.network().add_channel(0, 1, 100'000, 0);
  EXPECT_EQ(run(wallet.channels()).error().code, Errc::internal);
}

}  // namespace mycostr::lightning
