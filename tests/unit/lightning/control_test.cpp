// The fake network's commands, which integration tests send.
#include "support/fake_lnd/control.hpp"
#include "faults_test.hpp"

#include <nlohmann/json.hpp>

namespace mycostr::lightning {

class FakeControl : public LndFaults {
 protected:
  nlohmann::json told(const nlohmann::json& command) {
    return nlohmann::json::parse(test::carry_out(fake, command.dump()));
  }
};

TEST_F(FakeControl, TellsWhereTheNodesAre) {
  const auto where = nlohmann::json::parse(test::describe(fake, folder));
  ASSERT_EQ(where.at("nodes").size(), 3u);
  EXPECT_EQ(where["nodes"][1]["name"], "n1");
  EXPECT_EQ(where["nodes"][1]["grpc"], fake.access(1).address);
  EXPECT_EQ(where["nodes"][1]["pubkey"], key(1).hex());
}

TEST_F(FakeControl, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(told({{"do", "dance"}})["ok"], false);
  EXPECT_EQ(told({{"do", "kill"}})["ok"], false);
  EXPECT_EQ(told({{"do", "kill"}, {"node", "n9"}})["ok"], false);
  EXPECT_EQ(told({{"do", "state"}, {"node", "n0"}, {"state", "DROWSY"}})["ok"], false);
  EXPECT_EQ(nlohmann::json::parse(test::carry_out(fake, "{"))["ok"], false);
}

TEST_F(FakeControl, KillsAndStartsAndTellsTheLedger) {
  const auto request = invoice(5000);
  const auto hash = hash_in(request).hex();
  EXPECT_EQ(told({{"do", "stick_next"}, {"node", "n0"}, {"how", "held"}})["ok"], true);
  std::optional<Result<PaymentStatus>> outcome;
  test::Started sending(loop, send(outcome, wallet, {.invoice = request, .max_fee = {}}));
  run_until([&] { return fake.network().node(0).payments.size() == 1; });
  EXPECT_EQ(told({{"do", "kill"}, {"node", "n0"}})["ok"], true);
  run_until([&] { return sending.ended(); });
  auto ledger = told({{"do", "ledger"}});
  EXPECT_EQ(ledger["nodes"]["n0"]["is_online"], false);
  EXPECT_EQ(ledger["nodes"]["n0"]["payments"][hash]["status"], "IN_FLIGHT");
  EXPECT_EQ(ledger["nodes"]["n0"]["payments"][hash]["is_in_channel"], true);
  EXPECT_EQ(ledger["channels"][0]["pending"], 1);
  EXPECT_EQ(told({{"do", "start"}, {"node", "n0"}})["ok"], true);
  EXPECT_EQ(told({{"do", "release"}, {"hash", hash}})["released"], true);
  ledger = told({{"do", "ledger"}});
  EXPECT_EQ(ledger["nodes"]["n0"]["payments"][hash]["status"], "SUCCEEDED");
  EXPECT_EQ(ledger["nodes"]["n1"]["invoices"][hash]["state"], "SETTLED");
  EXPECT_EQ(ledger["nodes"]["n1"]["invoices"][hash]["paid_msat"], 5000);
  EXPECT_EQ(ledger["channels"][0]["to_msat"], 5000);
}

TEST_F(FakeControl, SetsFaults) {
  EXPECT_EQ(told({{"do", "state"}, {"node", "n0"}, {"state", "LOCKED"}})["ok"], true);
  EXPECT_EQ(run(wallet.status()).state, WalletState::locked);
  EXPECT_EQ(told({{"do", "state"}, {"node", "n0"}, {"state", "SERVER_ACTIVE"}})["ok"], true);
  EXPECT_EQ(told({{"do", "synced"}, {"node", "n0"}, {"synced", false}})["ok"], true);
  EXPECT_EQ(run(wallet.status()).state, WalletState::unsynced);
  EXPECT_EQ(told({{"do", "deny"}, {"node", "n0"}, {"methods", {"GetInfo"}}})["ok"], true);
  EXPECT_EQ(run(wallet.status()).state, WalletState::forbidden);
  EXPECT_EQ(told({{"do", "fail_next"},
                  {"node", "n0"},
                  {"method", "ListChannels"},
                  {"code", 4},
                  {"text", "x"}})["ok"],
            true);
  EXPECT_EQ(run(wallet.channels()).error().code, Errc::timeout);
  EXPECT_EQ(told({{"do", "fail_next_payment"}, {"node", "n0"}, {"reason", "TIMEOUT"}})["ok"], true);
  EXPECT_EQ(sent(invoice(1000)).value().failure, PaymentFailure::timeout);
  EXPECT_EQ(told({{"do", "lose_next"}, {"node", "n0"}, {"method", "ListChannels"}})["ok"], true);
  EXPECT_EQ(run(wallet.channels()).error().code, Errc::closed);
}

TEST_F(FakeControl, MinesFundsAndMakesChannels) {
  EXPECT_EQ(told({{"do", "fund"}, {"node", "n0"}, {"sat", 5}})["ok"], true);
  EXPECT_EQ(told({{"do", "channel"}, {"from", "n0"}, {"to", "n2"}, {"sat", 300'000}, {"push_sat", 7}})["ok"],
            true);
  EXPECT_EQ(told({{"do", "mine"}, {"blocks", 3}})["ok"], true);
  const auto ledger = told({{"do", "ledger"}});
  EXPECT_EQ(ledger["height"], 103);
  EXPECT_EQ(ledger["nodes"]["n0"]["funds_sat"], 10'000'005);
  EXPECT_EQ(ledger["channels"][3]["to_msat"], 7000);
  const auto request = invoice(1000);
  EXPECT_EQ(told({{"do", "advance"}, {"seconds", 3700}})["ok"], true);
  EXPECT_EQ(sent(request).value().failure, PaymentFailure::expired);
}

}  // namespace mycostr::lightning
