#include "expect.hpp"
#include "local_network.hpp"

namespace mycostr::api::test {
namespace {

using namespace std::chrono_literals;

class Nodes : public testing::Test {
 protected:
  nlohmann::json get(const std::string& path) {
    const auto answer = net.call("GET", path);
    EXPECT_EQ(answer.status(), 200U) << path << ": " << answer.body;
    return json_of(answer);
  }
  std::string id_of(std::size_t index) { return net.node(index).identity.id().hex(); }

  LocalNetwork net{4, {"DE", "FR", "US-CA", "JP"}};
};

TEST_F(Nodes, AreListedWithWhatIsKnownOfThem) {
  const auto list = get("/nodes");
  ASSERT_EQ(list["nodes"].size(), 3U);
  EXPECT_TRUE(list["next_cursor"].is_null());
  for (const auto& node : list["nodes"]) {
    EXPECT_NE(node["id"], id_of(0));
    EXPECT_EQ(node["capacity"], 64 << 20);
    EXPECT_EQ(node["location_check"], "claimed");
    EXPECT_EQ(node["coordinates"].size(), 2U);
    EXPECT_EQ(node["reachable"], true);
    EXPECT_EQ(node["endpoints"].size(), 1U);
    EXPECT_FALSE(node["rtt_ms"].is_null());
    EXPECT_EQ(node["pubkey"].get<std::string>().size(), 64U);
  }
}

TEST_F(Nodes, AreListedByLocationAndReachability) {
  EXPECT_EQ(get("/nodes?location=europe")["nodes"][0]["location"], "FR");
  EXPECT_EQ(get("/nodes?location=europe")["nodes"].size(), 1U);
  EXPECT_EQ(get("/nodes?location=US")["nodes"][0]["id"], id_of(2));
  EXPECT_EQ(get("/nodes?location=BR")["nodes"].size(), 0U);
  EXPECT_EQ(get("/nodes?reachable=false")["nodes"].size(), 0U);
  net.node(3).transport.mood = LocalTransport::Mood::silent;
  net.run_for(60s);
  EXPECT_EQ(get("/nodes?reachable=false")["nodes"][0]["id"], id_of(3));
  EXPECT_EQ(get("/nodes?reachable=true")["nodes"].size(), 2U);
  expect_problem(net.call("GET", "/nodes?location=Atlantis"), 400, "unknown_location", "location");
  expect_problem(net.call("GET", "/nodes?cursor=x"), 400, "invalid_value", "cursor");
  expect_problem(net.call("GET", "/nodes?order=up"), 400, "invalid_value", "order");
}

TEST_F(Nodes, AreListedInPagesInBothOrders) {
  for (const std::string order : {"asc", "desc"}) {
    std::vector<std::string> seen;
    std::string cursor;
    for (int page = 0; page < 3; ++page) {
      const auto list = get("/nodes?limit=1&order=" + order + (cursor.empty() ? "" : "&cursor=" + cursor));
      ASSERT_EQ(list["nodes"].size(), 1U);
      seen.push_back(list["nodes"][0]["id"]);
      EXPECT_EQ(list["next_cursor"].is_null(), page == 2);
      if (page < 2) cursor = list["next_cursor"];
    }
    std::vector<std::string> whole;
    const auto all = get("/nodes?order=" + order);
    for (const auto& node : all["nodes"]) whole.push_back(node["id"]);
    EXPECT_EQ(seen, whole) << order;
  }
}

TEST_F(Nodes, AreShownOneByOne) {
  EXPECT_EQ(get("/nodes/" + id_of(2))["location"], "US-CA");
  for (const auto& id : {std::string("x"), std::string(64, '0'), std::string(63, 'a'), id_of(0)}) {
    expect_problem(net.call("GET", "/nodes/" + id), 404, "node_not_found");
  }
  expect_problem(net.call("GET", "/nodes/" + id_of(1) + "?x=1"), 400, "unknown_field", "x");
}

TEST_F(Nodes, AreLookedUpWhereTheyAreNotKnown) {
  LocalNode stranger(net, 7, "IT");
  ASSERT_TRUE(net.clock.run(stranger.engine.open()));
  stranger.engine.start();
  const PeerAddress third{net.node(3).identity.id(), {*parse_endpoint(net.node(3).address)}};
  ASSERT_TRUE(net.clock.run(stranger.engine.dht().introduce(third)));
  net.run_for(5s);
  EXPECT_EQ(get("/nodes/" + stranger.identity.id().hex())["location"], "IT");
  net.clock.run(stranger.engine.stop());
}

TEST_F(Nodes, SayWhyTheyAreNotChosen) {
  const auto why = [&](std::size_t index, const std::string& query = "") {
    return get("/nodes/" + id_of(index) + "/why_not" + query);
  };
  EXPECT_EQ(why(1)["eligible"], true);
  EXPECT_EQ(why(1)["reasons"].size(), 0U);
  const auto elsewhere = why(1, "?geographic=asia");
  EXPECT_EQ(elsewhere["eligible"], false);
  EXPECT_EQ(elsewhere["reasons"][0]["code"], "wrong_location");
  EXPECT_FALSE(elsewhere["reasons"][0]["detail"].get<std::string>().empty());
  net.node(2).transport.mood = LocalTransport::Mood::silent;
  net.run_for(60s);
  const auto last_seen = get("/nodes/" + id_of(2))["last_seen"].get<std::string>();
  const auto silent = why(2, "?geographic=asia,DE");
  ASSERT_EQ(silent["reasons"].size(), 2U) << "all that speaks against it, not the first alone";
  EXPECT_EQ(silent["reasons"][0]["code"], "wrong_location");
  EXPECT_EQ(silent["reasons"][0]["detail"], "US-CA does not lie in DE, asia");
  EXPECT_EQ(silent["reasons"][1]["code"], "offline");
  EXPECT_EQ(silent["reasons"][1]["detail"], "it does not answer, and did last at " + last_seen);
  expect_problem(net.call("GET", "/nodes/" + id_of(1) + "/why_not?geographic=Atlantis"), 400,
                 "unknown_location", "geographic");
  expect_problem(net.call("GET", "/nodes/" + id_of(1) + "/why_not?size=-1"), 400, "invalid_value", "size");
  expect_problem(net.call("GET", "/nodes/zz/why_not"), 404, "node_not_found");
}

TEST_F(Nodes, AreMeasuredByWhatTheyServe) {
  const std::string data(200'000, 'x');
  const auto file = json_of(net.call("POST", "/store", data))["file"]["id"].get<std::string>();
  EXPECT_EQ(net.call("GET", "/retrieve/" + file).body, data);
  std::size_t measured = 0;
  const auto list = get("/nodes");
  for (const auto& node : list["nodes"]) measured += !node["throughput_bytes_per_second"].is_null();
  EXPECT_EQ(measured, 3U);
}

TEST_F(Nodes, ShowInTheStatus) {
  net.run_for(15s);  // the first node hears where it is from those that it probes
  const auto dht = get("/node/status")["dht"];
  EXPECT_EQ(dht["nodes"], 3);
  EXPECT_GT(dht["requests"], 0);
  EXPECT_EQ(dht["observed_address"], net.node(0).address);
}

}  // namespace
}  // namespace mycostr::api::test
