#include "expect.hpp"
#include "local_network.hpp"

namespace mycostr::api::test {
namespace {

using namespace std::chrono_literals;

class Agreements : public testing::Test {
 protected:
  Agreements() {
    EXPECT_EQ(net.call("POST", "/store", std::string(100'000, 'x')).status(), 201U);
    net.run_for(60s);
  }
  nlohmann::json get(const std::string& path) {
    const auto answer = net.call("GET", path);
    EXPECT_EQ(answer.status(), 200U) << path << ": " << answer.body;
    return json_of(answer);
  }

  LocalNetwork net{4, {"DE", "FR", "US-CA", "JP"}};
};

TEST_F(Agreements, AreListedWithWhatIsKept) {
  const auto list = get("/agreements");
  ASSERT_EQ(list["agreements"].size(), 3U);
  EXPECT_TRUE(list["next_cursor"].is_null());
  for (const auto& agreement : list["agreements"]) {
    EXPECT_EQ(agreement["id"].get<std::string>().size(), 32U);
    EXPECT_EQ(agreement["role"], "owner");
    EXPECT_EQ(agreement["state"], "active");
    EXPECT_EQ(agreement["shards"], 7);
    EXPECT_EQ(agreement["bytes"], 6 * (16 << 10) + 4096);
    EXPECT_GE(agreement["revision"], 1);
    EXPECT_EQ(agreement["root"].get<std::string>().size(), 64U);
    EXPECT_TRUE(agreement["price_msat_per_tb_month"].is_number_unsigned());
    EXPECT_TRUE(agreement["since"].get<std::string>().ends_with("Z"));
    EXPECT_EQ(get("/agreements/" + agreement["id"].get<std::string>()), agreement);
  }
  EXPECT_EQ(get("/node/status?detailed=true")["agreements"].size(), 3U);
}

TEST_F(Agreements, AreListedInPagesInBothOrders) {
  for (const std::string order : {"asc", "desc"}) {
    std::vector<std::string> seen, whole;
    std::string cursor;
    for (int page = 0; page < 3; ++page) {
      const auto list =
          get("/agreements?limit=1&order=" + order + (cursor.empty() ? "" : "&cursor=" + cursor));
      ASSERT_EQ(list["agreements"].size(), 1U);
      seen.push_back(list["agreements"][0]["id"]);
      EXPECT_EQ(list["next_cursor"].is_null(), page == 2);
      if (page < 2) cursor = list["next_cursor"];
    }
    const auto all = get("/agreements?order=" + order);
    for (const auto& agreement : all["agreements"]) whole.push_back(agreement["id"]);
    EXPECT_EQ(seen, whole) << order;
  }
}

TEST_F(Agreements, RefuseWhatIsNotThere) {
  for (const auto& id :
       {std::string("x"), std::string(32, '0'), std::string(31, 'a'), std::string(64, '0')}) {
    expect_problem(net.call("GET", "/agreements/" + id), 404, "agreement_not_found");
  }
  expect_problem(net.call("GET", "/agreements?cursor=x"), 400, "invalid_value", "cursor");
  expect_problem(net.call("GET", "/agreements?limit=1001"), 400, "invalid_value", "limit");
  expect_problem(net.call("GET", "/agreements?order=up"), 400, "invalid_value", "order");
  expect_problem(net.call("GET", "/agreements?x=1"), 400, "unknown_field", "x");
  expect_problem(net.call("DELETE", "/agreements"), 405, "method_not_allowed");
}

}  // namespace
}  // namespace mycostr::api::test
