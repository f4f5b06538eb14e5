#include "paid_network.hpp"

namespace mycostr::api::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class Statements : public PaidNetwork {};

TEST_F(Statements, AreListedOnBothSides) {
  pass(36min);
  const auto owned = agreement("owner", 1)["id"].get<std::string>();
  const auto held = agreement("holder", 1)["id"].get<std::string>();
  for (const auto& id : {owned, held}) {
    const auto list = get("/agreements/" + id + "/statements");
    EXPECT_TRUE(list["next_cursor"].is_null());
    const auto& statements = list["statements"];
    ASSERT_GE(statements.size(), 3U);
    std::int64_t total = 0;
    for (std::size_t i = 0; i < statements.size(); ++i) {
      const auto& statement = statements[i];
      EXPECT_EQ(statement["agreement"], id);
      EXPECT_EQ(statement["number"], i + 1);
      if (i > 0) {
        EXPECT_EQ(statement["start"], statements[i - 1]["end"]);
        EXPECT_EQ(statement["epoch"], statements[i - 1]["epoch"].get<int>() + 1);
      }
      EXPECT_TRUE(statement["end"].get<std::string>().ends_with("0:00.000Z"));
      const auto byte_seconds = std::stoull(statement["byte_seconds"].get<std::string>());
      const auto amount = statement["amount_msat"].get<std::int64_t>();
      // msat = byte seconds x 6 x 10^15 / (10^12 x 2,628,000)
      EXPECT_NEAR(static_cast<double>(amount), static_cast<double>(byte_seconds) * 6000 / 2'628'000, 2);
      EXPECT_GT(amount, 0);
      total += amount;
      EXPECT_EQ(statement["total_msat"], total);
      EXPECT_TRUE(statement["audit"] == "passed" || statement["audit"] == "unknown");
      EXPECT_EQ(statement["root"].get<std::string>().size(), 64U);
      EXPECT_TRUE(statement["disputed"].is_null());
      EXPECT_EQ(statement["last"], false);
    }
    EXPECT_EQ(statements[0]["state"], "settled");
    EXPECT_EQ(statements[0]["payment"].get<std::string>().size(), 32U);
  }
}

TEST_F(Statements, AreListedInPagesInBothOrders) {
  pass(56min);
  const auto path = "/agreements/" + agreement("owner", 1)["id"].get<std::string>() + "/statements";
  const auto all = get(path)["statements"];
  ASSERT_GE(all.size(), 5U);
  EXPECT_EQ(paged(path, "statements", "asc"), all);
  EXPECT_EQ(paged(path, "statements", "desc"), reversed(all));
}

TEST_F(Statements, AreOpenWhileTheHolderIsAway) {
  pass(16min);
  net.node(1).transport.mood = LocalTransport::Mood::unreachable;
  pass(20min);
  const auto path = "/agreements/" + agreement("owner", 1)["id"].get<std::string>() + "/statements";
  const auto last = get(path + "?order=desc&limit=1")["statements"][0];
  EXPECT_EQ(last["state"], "open");
  EXPECT_TRUE(last["payment"].is_null());
}

TEST_F(Statements, RefuseWhatIsNotThere) {
  pass(2min);
  for (const auto& id :
       {std::string("x"), std::string(32, '0'), std::string(64, '0'), std::string("..%2F..")})
    expect_problem(net.call("GET", "/agreements/" + id + "/statements"), 404, "agreement_not_found");
  const auto path = "/agreements/" + agreement("owner", 1)["id"].get<std::string>() + "/statements";
  EXPECT_EQ(get(path)["statements"], Json::array());
  for (const auto* cursor : {"x", "0", "-1", "1x", "99999999999999999999999", "%20", "1%00"})
    expect_problem(net.call("GET", path + "?cursor=" + cursor), 400, "invalid_value", "cursor");
  EXPECT_EQ(get(path + "?cursor=18446744073709551615")["statements"], Json::array());
  EXPECT_EQ(get(path + "?cursor=18446744073709551615&order=desc")["statements"], Json::array());
  expect_problem(net.call("GET", path + "?limit=0"), 400, "invalid_value", "limit");
  expect_problem(net.call("GET", path + "?limit=1001"), 400, "invalid_value", "limit");
  expect_problem(net.call("GET", path + "?order=up"), 400, "invalid_value", "order");
  expect_problem(net.call("GET", path + "?since=2026-01-01T00:00:00Z"), 400, "unknown_field", "since");
  expect_problem(net.call("POST", path), 405, "method_not_allowed");
}

TEST_F(Statements, GoWithHowTheOwnerStands) {
  net.run_for(60s);
  const auto before = agreement("owner", 1)["payment"];
  EXPECT_TRUE(before["state"].is_null());
  EXPECT_EQ(before["owed_msat"], 0);
  for (const auto* name : {"due_since", "stops_at", "deletes_at"}) EXPECT_TRUE(before[name].is_null());
  pass(36min);
  for (const auto* role : {"owner", "holder"}) {
    const auto standing = agreement(role, 1)["payment"];
    EXPECT_EQ(standing["state"], "paid") << role;
    EXPECT_TRUE(standing["owed_msat"].is_number_integer());
    const bool has_dates = standing["due_since"].is_string();
    EXPECT_EQ(standing["stops_at"].is_string(), has_dates);
    EXPECT_EQ(standing["deletes_at"].is_string(), has_dates);
  }
  EXPECT_EQ(get("/node/status?detailed=true")["agreements"][0]["payment"]["state"], "paid");
}

}  // namespace
}  // namespace mycostr::api::test
