#include "api/problem.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace mycostr::api {
namespace {

using nlohmann::json;

TEST(Problem, HasTheFieldsOfEveryOne) {
  for (int i = 0; i < static_cast<int>(Code::client_gone); ++i) {
    const auto code = static_cast<Code>(i);
    const auto document = json::parse(problem_json({.code = code, .detail = "because"}));
    EXPECT_EQ(document["code"], info(code).word);
    EXPECT_EQ(document["status"], info(code).status);
    EXPECT_EQ(document["detail"], "because");
    EXPECT_FALSE(document["title"].get<std::string>().empty());
    EXPECT_FALSE(document["type"].get<std::string>().empty());
    EXPECT_FALSE(document.contains("field"));
    EXPECT_GE(info(code).status, 400U);
  }
}

TEST(Problem, ReplacesWhatIsNoUtf8) {
  const auto document =
      json::parse(problem_json({.code = Code::unknown_field, .detail = "a\xff", .field = "\x80"}));
  EXPECT_EQ(document["field"], "\xEF\xBF\xBD");
  EXPECT_TRUE(json::accept(problem_json(400, "bad\xff", "\xC3")));
}

TEST(Problem, ShowsAShortage) {
  NodeShortage shortage{5, 2, {}};
  for (int i = 0; i < 1500; ++i)
    shortage.excluded.push_back({NodeId(), "offline", i == 0 ? "since noon" : ""});
  const auto document =
      json::parse(problem_json({.code = Code::not_enough_nodes, .detail = "x", .shortage = shortage}));
  EXPECT_EQ(document["needed"], 5);
  EXPECT_EQ(document["available"], 2);
  EXPECT_EQ(document["excluded"].size(), 1000U);
  EXPECT_EQ(document["excluded_truncated"], true);
  EXPECT_EQ(document["excluded"][0]["detail"], "since noon");
  EXPECT_EQ(document["excluded"][1], (json{{"node", NodeId().hex()}, {"reason", "offline"}}));
}

TEST(Problem, OfTheAdapter) {
  const auto document = json::parse(problem_json(431, "header_too_large", "Too long."));
  EXPECT_EQ(document["status"], 431);
  EXPECT_EQ(document["code"], "header_too_large");
  EXPECT_EQ(document["title"], "Header too large");
}

}  // namespace
}  // namespace mycostr::api
