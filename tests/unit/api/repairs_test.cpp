#include "expect.hpp"
#include "local_network.hpp"

namespace mycostr::api::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class Repairs : public testing::Test {
 protected:
  Repairs() {
    const auto stored = net.call("POST", "/store", std::string(100'000, 'x'));
    EXPECT_EQ(stored.status(), 201U);
    file = json_of(stored)["file"]["id"];
    net.run_for(60s);
  }
  Json get(const std::string& path) {
    const auto answer = net.call("GET", path);
    EXPECT_EQ(answer.status(), 200U) << path << ": " << answer.body;
    return json_of(answer);
  }
  /// A holder of every chunk but perhaps a few goes; its id.
  std::string silence_a_holder() {
    const auto id = get("/files/" + file)["chunks"][0]["locations"][0].get<std::string>();
    for (std::size_t i = 1; i < 6; ++i) {
      if (net.node(i).identity.id().hex() != id) continue;
      net.node(i).transport.mood = LocalTransport::Mood::unreachable;
    }
    return id;
  }

  LocalNetwork net{6};
  std::string file;
};

TEST_F(Repairs, AreListedFromTheLossToTheNewCopy) {
  EXPECT_EQ(get("/repairs"),
            (Json{{"repairs", Json::array()}, {"frozen", nullptr}, {"next_cursor", nullptr}}));
  const auto events_before = net.node(0).engine.events().last_id();
  const auto gone = silence_a_holder();
  net.run_for(30min);
  EXPECT_GT(get("/files/" + file)["health"]["degraded"], 0) << "a suspect's copies do not count";
  EXPECT_EQ(get("/repairs")["repairs"].size(), 0U) << "it may come back";
  net.run_for(5h);
  EXPECT_EQ(get("/files/" + file)["health"]["degraded"], 0);
  const auto repairs = get("/repairs")["repairs"];
  ASSERT_GE(repairs.size(), 1U);
  for (const auto& repair : repairs) {
    EXPECT_EQ(repair["state"], "done");
    EXPECT_EQ(repair["reason"], "offline");
    EXPECT_EQ(repair["file"], file);
    EXPECT_EQ(repair["from"], gone);
    EXPECT_NE(repair["to"], gone);
    EXPECT_EQ(repair["chunk"], get("/files/" + file)["chunks"][repair["index"].get<std::size_t>()]["id"]);
    EXPECT_EQ(repair["shard"].get<std::string>().size(), 64U);
    EXPECT_GE(repair["bytes"], 4096);
    EXPECT_TRUE(repair["queued"].is_string());
    EXPECT_TRUE(repair["finished"].is_string());
  }
  EXPECT_EQ(get("/repairs?state=done")["repairs"].size(), repairs.size());
  for (const auto* state : {"waiting", "running", "failed"}) {
    EXPECT_EQ(get("/repairs?state=" + std::string(state))["repairs"].size(), 0U);
  }
  std::map<std::string, std::size_t> kinds;
  for (const auto& event : net.node(0).engine.events().after(events_before, 1000).events) {
    ++kinds[std::string(events::kind_of(event.body))];
  }
  EXPECT_EQ(kinds["shard_repaired"], repairs.size());
  EXPECT_GE(kinds["node_state"], 2U) << "suspect, gone";
}

TEST_F(Repairs, ArePagedInBothOrders) {
  silence_a_holder();
  net.run_for(6h);
  for (const std::string order : {"asc", "desc"}) {
    const auto all = get("/repairs?order=" + order)["repairs"];
    ASSERT_GE(all.size(), 2U);
    Json seen = Json::array();
    std::string cursor;
    for (std::size_t page = 0; page < all.size(); ++page) {
      const auto list = get("/repairs?limit=1&order=" + order + (cursor.empty() ? "" : "&cursor=" + cursor));
      ASSERT_EQ(list["repairs"].size(), 1U);
      seen.push_back(list["repairs"][0]);
      EXPECT_EQ(list["next_cursor"].is_null(), page + 1 == all.size());
      if (!list["next_cursor"].is_null()) cursor = list["next_cursor"];
    }
    EXPECT_EQ(seen, all) << order;
  }
}

TEST_F(Repairs, RefuseWhatTheyDoNotKnow) {
  expect_problem(net.call("GET", "/repairs?state=lost"), 400, "invalid_value", "state");
  expect_problem(net.call("GET", "/repairs?cursor=x"), 400, "invalid_value", "cursor");
  expect_problem(net.call("GET", "/repairs?cursor=-1"), 400, "invalid_value", "cursor");
  expect_problem(net.call("GET", "/repairs?x=1"), 400, "unknown_field", "x");
  expect_problem(net.call("POST", "/repairs"), 405, "method_not_allowed");
}

}  // namespace
}  // namespace mycostr::api::test
