#include "audit/transcript.hpp"
#include "expect.hpp"
#include "local_network.hpp"

namespace mycostr::api::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

/// Node 1 has stored a file too, so that node 0 is owner and holder.
class Audits : public testing::Test {
 protected:
  Audits() {
    EXPECT_EQ(net.call("POST", "/store", std::string(100'000, 'x')).status(), 201U);
    EXPECT_EQ(call_other("POST", "/store", std::string(50'000, 'y')).status(), 201U);
    net.run_for(60s);
  }
  Json get(const std::string& path) {
    const auto answer = net.call("GET", path);
    EXPECT_EQ(answer.status(), 200U) << path << ": " << answer.body;
    return json_of(answer);
  }
  FakeResponder call_other(std::string method, std::string target, std::string body = "") {
    FakeRequest request(std::move(method), std::move(target));
    request.body = std::move(body);
    request.set("Authorization", "Bearer " + std::string(kToken));
    FakeResponder responder;
    net.clock.run(net.node(1).api.handle(request, responder));
    return responder;
  }
  std::string agreement(std::string_view role) {
    const auto list = get("/agreements");
    for (const auto& entry : list["agreements"]) {
      if (entry["role"] == role) return entry["id"];
    }
    ADD_FAILURE() << "no agreement as " << role;
    return "";
  }
  FakeResponder ask(const std::string& id) {
    return net.call("POST", "/audits", Json{{"agreement", id}}.dump());
  }

  LocalNetwork net{4};
};

TEST_F(Audits, AreAskedForAndListed) {
  const auto id = agreement("owner");
  const auto asked = ask(id);
  EXPECT_EQ(asked.status(), 202U) << asked.body;
  EXPECT_EQ(json_of(asked)["agreement"], id);
  net.run_for(5s);
  const auto audits = get("/audits?agreement=" + id)["audits"];
  ASSERT_GE(audits.size(), 1U);
  EXPECT_EQ(audits[0]["kind"], "plain") << "the day's chained one may follow";
  const auto& audit = audits[0];
  EXPECT_EQ(audit["agreement"], id);
  EXPECT_EQ(audit["role"], "owner");
  EXPECT_EQ(audit["outcome"], "passed");
  EXPECT_EQ(audit["peer"], get("/agreements/" + id)["peer"]);
  EXPECT_GE(audit["leaves"], 16);
  EXPECT_GT(audit["proof_bytes"], 16 * 4096);
  EXPECT_GT(audit["epoch"], 0);
  EXPECT_GE(audit["latency_ms"], 1);
  EXPECT_TRUE(audit["at"].get<std::string>().ends_with("Z"));
  EXPECT_EQ(audit["transcript"], true);
}

TEST_F(Audits, GiveTheirTranscripts) {
  ask(agreement("owner"));
  net.run_for(5s);
  const auto audit = get("/audits")["audits"][0]["id"].get<std::string>();
  const auto answer = net.call("GET", "/audits/" + audit + "/transcript");
  EXPECT_EQ(answer.status(), 200U);
  EXPECT_EQ(answer.field("Content-Type"), "application/octet-stream");
  EXPECT_TRUE(audit::verify_transcript(as_bytes(answer.body)).proves);
  for (const auto& id : {std::string("x"), std::string(32, '0'), std::string(64, '0')}) {
    expect_problem(net.call("GET", "/audits/" + id + "/transcript"), 404, "audit_not_found");
  }
  expect_problem(net.call("GET", "/audits/" + audit + "/transcript?x=1"), 400, "unknown_field", "x");
  expect_problem(net.call("GET", "/audits/" + audit), 404, "not_found");
}

TEST_F(Audits, AreFilteredAndPaged) {
  net.run_for(3 * 60min);
  const auto all = get("/audits?limit=1000")["audits"];
  ASSERT_GE(all.size(), 9U);
  EXPECT_EQ(get("/audits?outcome=passed&limit=1000")["audits"].size(), all.size());
  EXPECT_EQ(get("/audits?outcome=failed")["audits"].size(), 0U);
  const auto since = all[4]["at"].get<std::string>();
  EXPECT_EQ(get("/audits?limit=1000&since=" + since)["audits"].size(), all.size() - 4);
  EXPECT_EQ(get("/audits?since=2099-01-01T00:00:00Z")["audits"].size(), 0U);
  for (const std::string order : {"asc", "desc"}) {
    Json seen = Json::array();
    std::string cursor;
    for (std::size_t page = 0; page < all.size(); ++page) {
      const auto list = get("/audits?limit=2&order=" + order + (cursor.empty() ? "" : "&cursor=" + cursor));
      for (const auto& audit : list["audits"]) seen.push_back(audit);
      if (list["next_cursor"].is_null()) break;
      cursor = list["next_cursor"];
    }
    EXPECT_EQ(seen, get("/audits?limit=1000&order=" + order)["audits"]) << order;
    EXPECT_EQ(seen.size(), all.size());
  }
  expect_problem(net.call("GET", "/audits?outcome=maybe"), 400, "invalid_value", "outcome");
  expect_problem(net.call("GET", "/audits?since=yesterday"), 400, "invalid_value", "since");
  expect_problem(net.call("GET", "/audits?agreement=x"), 400, "invalid_value", "agreement");
  expect_problem(net.call("GET", "/audits?cursor=x"), 400, "invalid_value", "cursor");
  expect_problem(net.call("GET", "/audits?limit=0"), 400, "invalid_value", "limit");
  expect_problem(net.call("GET", "/audits?x=1"), 400, "unknown_field", "x");
}

TEST_F(Audits, RefuseWhatCannotBeAudited) {
  expect_problem(ask(std::string(32, '0')), 404, "agreement_not_found");
  expect_problem(ask("x"), 400, "invalid_value", "agreement");
  expect_problem(net.call("POST", "/audits", "{}"), 400, "invalid_value", "agreement");
  expect_problem(net.call("POST", "/audits"), 400, "invalid_json");
  expect_problem(net.call("POST", "/audits", R"({"agreement":"x","x":1})"), 400, "unknown_field", "x");
  expect_problem(ask(agreement("holder")), 409, "not_auditable");
  const auto id = agreement("owner");
  EXPECT_EQ(ask(id).status(), 202U);
  expect_problem(ask(id), 503, "overloaded");
}

TEST_F(Audits, MakeAReputation) {
  ask(agreement("owner"));
  net.run_for(5s);
  const auto holder = get("/audits")["audits"][0]["peer"].get<std::string>();
  const auto reputation = get("/nodes/" + holder + "/reputation");
  EXPECT_EQ(reputation["integrity"], 1.0);
  EXPECT_EQ(reputation["online"], 1.0);
  EXPECT_EQ(reputation["vetted"], false);
  EXPECT_EQ(reputation["state"], "new");
  // The chained audit after it, which passed as well, is no batch.
  EXPECT_EQ(get("/audits?outcome=passed")["audits"].size(), 2);
  EXPECT_EQ(reputation["passed"], 1);
  ASSERT_EQ(reputation["last_verdicts"].size(), 1);
  EXPECT_EQ(reputation["last_verdicts"][0]["outcome"], "passed");
  for (const auto* name : {"age", "colocation", "weight"}) EXPECT_TRUE(reputation[name].is_number()) << name;
  EXPECT_TRUE(reputation.contains("to_recover"));
  EXPECT_EQ(get("/nodes/" + holder)["state"], "new");
  for (const auto& id : {std::string("x"), std::string(64, '0')}) {
    expect_problem(net.call("GET", "/nodes/" + id + "/reputation"), 404, "node_not_found");
  }
  expect_problem(net.call("GET", "/nodes/" + holder + "/reputation?x=1"), 400, "unknown_field", "x");
}

TEST_F(Audits, ShowTheOwnStanding) {
  EXPECT_EQ(get("/node/standing")["owners"].size(), 0U);
  net.run_for(2 * 60min);
  const auto standing = get("/node/standing");
  ASSERT_EQ(standing["owners"].size(), 1U);
  const auto& word = standing["owners"][0];
  EXPECT_EQ(word["owner"], net.node(1).identity.id().hex());
  EXPECT_EQ(word["agreement"], agreement("holder"));
  EXPECT_EQ(word["outcome"], "passed");
  EXPECT_EQ(word["state"], "new");
  EXPECT_NEAR(word["to_suspension"], 0.02, 1e-6);
  EXPECT_NEAR(word["to_disqualification"], 0.05, 1e-6);
  EXPECT_NEAR(word["to_no_new_data"], 0.05, 1e-6);
  EXPECT_NEAR(word["to_lost"], 0.4, 1e-6);
  EXPECT_EQ(standing["warnings"], Json::array());
  EXPECT_TRUE(standing["next_cursor"].is_null());
  expect_problem(net.call("GET", "/node/standing?cursor=x"), 400, "invalid_value", "cursor");
  expect_problem(net.call("GET", "/node/standing?x=1"), 400, "unknown_field", "x");
}

}  // namespace
}  // namespace mycostr::api::test
