#include "paid_network.hpp"

namespace mycostr::api::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class Totals : public PaidNetwork {
 protected:
  /// Of all lines.
  static std::int64_t sum(const Json& totals, const std::string& field) {
    std::int64_t out = 0;
    for (const auto& line : totals) out += line[field].get<std::int64_t>();
    return out;
  }
};

TEST_F(Totals, AddUpToThePayments) {
  pass(36min);
  std::map<std::string, std::int64_t> paid;
  std::int64_t fees = 0;
  for (const auto& payment : get("/payments?limit=1000")["payments"]) {
    if (payment["state"] != "settled") continue;
    paid[payment["direction"]] += payment["amount_msat"].get<std::int64_t>();
    fees += payment["fee_msat"].get<std::int64_t>();
  }
  std::int64_t owed = 0;
  for (const auto& agreement : get("/agreements")["agreements"])
    owed += agreement["payment"]["owed_msat"].get<std::int64_t>();
  for (const auto* by : {"peer", "day"}) {
    const auto totals = get("/payments/totals?by=" + std::string(by))["totals"];
    EXPECT_EQ(sum(totals, "out_msat"), paid["out"]) << by;
    EXPECT_EQ(sum(totals, "in_msat"), paid["in"]) << by;
    EXPECT_EQ(sum(totals, "fees_msat"), fees) << by;
    EXPECT_EQ(sum(totals, "accrued_msat"), owed) << by;
  }
  const auto by_peer = get("/payments/totals")["totals"];
  ASSERT_EQ(by_peer.size(), 3U);
  EXPECT_GT(paid["out"], 0);
  EXPECT_GT(paid["in"], 0);
  const auto by_day = get("/payments/totals?by=day")["totals"];
  EXPECT_EQ(by_day[0]["key"].get<std::string>().size(), 10U);
}

TEST_F(Totals, ShareAmongFiles) {
  pass(36min);
  const auto all = get("/payments/totals?by=file")["totals"];
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["key"], first_file);
  EXPECT_EQ(all[1]["key"], second_file);
  const auto by_peer = get("/payments/totals")["totals"];
  EXPECT_LE(sum(all, "out_msat"), sum(by_peer, "out_msat"));
  EXPECT_GE(sum(all, "out_msat"), sum(by_peer, "out_msat") - 10);
  EXPECT_GT(all[0]["out_msat"], all[1]["out_msat"]);
  EXPECT_EQ(all[0]["in_msat"], 0);
  EXPECT_LE(sum(all, "accrued_msat"), sum(by_peer, "accrued_out_msat"));
  const auto young = store(0, "new");
  const auto last = get("/payments/totals?by=file")["totals"][2];
  EXPECT_EQ(last["key"], young);
  EXPECT_EQ(last["out_msat"], 0);
  EXPECT_EQ(last["accrued_msat"], 0);
}

TEST_F(Totals, ArePaged) {
  pass(16min);
  for (int i = 0; i < 15; ++i) store(0, "file " + std::to_string(i));
  for (const std::string by : {"peer", "day", "file"}) {
    const auto path = "/payments/totals?by=" + by;
    const auto all = get(path)["totals"];
    EXPECT_EQ(paged(path, "totals", "asc"), all) << by;
    EXPECT_EQ(paged(path, "totals", "desc"), reversed(all)) << by;
  }
  EXPECT_EQ(get("/payments/totals?by=file")["totals"].size(), 17U);
}

TEST_F(Totals, OfFilesEndAPageEarly) {
  for (int i = 0; i < 99; ++i) store(0, "");
  const auto first = get("/payments/totals?by=file&limit=1000");
  EXPECT_EQ(first["totals"].size(), 100U);
  const auto rest =
      get("/payments/totals?by=file&limit=1000&cursor=" + first["next_cursor"].get<std::string>());
  EXPECT_EQ(rest["totals"].size(), 1U);
  EXPECT_TRUE(rest["next_cursor"].is_null());
}

TEST_F(Totals, RefuseWhatCannotBe) {
  expect_problem(net.call("GET", "/payments/totals?by=hour"), 400, "invalid_value", "by");
  expect_problem(net.call("GET", "/payments/totals?by="), 400, "invalid_value", "by");
  for (const std::string by : {"peer", "day", "file"}) {
    for (const auto* cursor : {"x", "", "2026-01-32", "zz-zz-zzzz", "00"})
      expect_problem(net.call("GET", "/payments/totals?by=" + by + "&cursor=" + cursor), 400, "invalid_value",
                     "cursor");
  }
  expect_problem(net.call("GET", "/payments/totals?x=1"), 400, "unknown_field", "x");
  expect_problem(net.call("POST", "/payments/totals"), 405, "method_not_allowed");
}

}  // namespace
}  // namespace mycostr::api::test
