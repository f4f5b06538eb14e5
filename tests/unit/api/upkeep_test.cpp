#include "expect.hpp"
#include "local_network.hpp"

namespace mycostr::api::test {
namespace {

using namespace std::chrono_literals;

class Upkeep : public testing::Test {
 protected:
  nlohmann::json get(const std::string& path) {
    const auto answer = net.call("GET", path);
    EXPECT_EQ(answer.status(), 200U) << path << ": " << answer.body;
    return json_of(answer);
  }

  LocalNetwork net{4};
};

TEST_F(Upkeep, ScrubsWhenAsked) {
  const auto before = get("/node/scrub");
  for (const auto* name : {"started", "position", "bytes_done", "bytes_total", "bad_shards", "running"}) {
    EXPECT_TRUE(before.contains(name)) << name;
  }
  EXPECT_EQ(before["bad_shards"], 0);
  const auto asked = net.call("POST", "/node/scrub");
  EXPECT_EQ(asked.status(), 202U);
  EXPECT_EQ(json_of(asked)["bad_shards"], 0);
  net.run_for(5s);
  EXPECT_TRUE(get("/node/scrub")["started"].is_string());
  EXPECT_EQ(net.call("POST", "/node/scrub", "{}").status(), 202U);
  expect_problem(net.call("POST", "/node/scrub", R"({"x":1})"), 400, "unknown_field", "x");
  expect_problem(net.call("POST", "/node/scrub", "x"), 400, "invalid_json");
  expect_problem(net.call("POST", "/node/scrub?x=1"), 400, "unknown_field", "x");
  expect_problem(net.call("GET", "/node/scrub?x=1"), 400, "unknown_field", "x");
  EXPECT_EQ(net.call("DELETE", "/node/scrub").field("Allow"), "GET, POST");
}

TEST_F(Upkeep, DrainsAndStops) {
  EXPECT_EQ(
      get("/node/drain"),
      (nlohmann::json{
          {"state", "none"}, {"started", nullptr}, {"shards_left", 0}, {"bytes_left", 0}, {"receipts", 0}}));
  const auto started = net.call("POST", "/node/drain");
  EXPECT_EQ(started.status(), 202U);
  EXPECT_EQ(json_of(started)["state"], "drained") << "it keeps nothing";
  EXPECT_TRUE(get("/node/drain")["started"].is_string());
  EXPECT_EQ(net.call("POST", "/node/drain", "{}").status(), 202U);
  const auto stopped = net.call("DELETE", "/node/drain");
  EXPECT_EQ(stopped.status(), 204U);
  EXPECT_EQ(stopped.body, "");
  EXPECT_EQ(get("/node/drain")["state"], "none");
  EXPECT_EQ(net.call("DELETE", "/node/drain").status(), 204U);
  expect_problem(net.call("POST", "/node/drain", R"({"now":true})"), 400, "unknown_field", "now");
  expect_problem(net.call("DELETE", "/node/drain?x=1"), 400, "unknown_field", "x");
  EXPECT_EQ(net.call("PUT", "/node/drain").field("Allow"), "GET, POST, DELETE");
}

TEST_F(Upkeep, SaysWhereTheDiskFails) {
  net.node(0).meta.set_broken(true);
  expect_problem(net.call("POST", "/node/drain"), 500, "storage_failed");
  net.node(0).meta.set_broken(false);
  EXPECT_EQ(get("/node/drain")["state"], "none");
}

}  // namespace
}  // namespace mycostr::api::test
