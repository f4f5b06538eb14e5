#include "api/router.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "api/openapi.hpp"
#include "api/text.hpp"

namespace mycostr::api {
namespace {

TEST(Router, FindsEveryRoute) {
  for (const auto& entry : routes()) {
    std::string path(entry.path);
    const bool has_id = path.find('{') != std::string::npos;
    if (has_id) path.replace(path.find('{'), path.find('}') - path.find('{') + 1, "a%62c");
    const auto found = find_route(entry.method, path);
    ASSERT_TRUE(found) << path;
    EXPECT_EQ(found->route, entry.route);
    EXPECT_EQ(found->id, has_id ? "abc" : "");
  }
}

TEST(Router, RefusesOtherPaths) {
  for (const auto* path : {"", "/", "//", "/no-such", "/files/", "/files/a/", "/files/a/b", "//files",
                           "/Files", "/retrieve", "/retrieve/", "/retrieve/../../etc/passwd", "/node",
                           "/node/", "*", "files", "/files%2Fa", "/healthz/", "/healthz%00"}) {
    const auto found = find_route("GET", path);
    ASSERT_FALSE(found) << path;
    EXPECT_EQ(found.error().code, Code::not_found) << path;
  }
}

TEST(Router, DecodesSegmentsAfterSplitting) {
  EXPECT_EQ(find_route("GET", "/files/..%2F..%2Fetc")->id, "../../etc");
  EXPECT_EQ(find_route("GET", "/files/%00")->id, std::string(1, '\0'));
  EXPECT_EQ(find_route("GET", "/files/%zz")->id, "%zz");
  EXPECT_EQ(find_route("GET", "/files/a+b")->id, "a+b");
  EXPECT_EQ(find_route("GET", "/%66iles")->route, Route::list_files);
}

TEST(Router, SaysWhichMethodsArePossible) {
  const std::tuple<const char*, const char*, const char*> cases[] = {{"GET", "/store", "POST"},
                                                                     {"HEAD", "/files", "GET"},
                                                                     {"DELETE", "/node/status", "GET"},
                                                                     {"PUT", "/files/a", "GET, DELETE"},
                                                                     {"POST", "/retrieve/a", "GET, HEAD"},
                                                                     {"get", "/healthz", "GET"},
                                                                     {"OPTIONS", "/store", "POST"}};
  for (const auto& [method, path, allowed] : cases) {
    const auto found = find_route(method, path);
    ASSERT_FALSE(found) << path;
    EXPECT_EQ(found.error().code, Code::method_not_allowed);
    ASSERT_EQ(found.error().headers.size(), 1U);
    EXPECT_EQ(found.error().headers[0].name, "Allow");
    EXPECT_EQ(found.error().headers[0].value, allowed);
  }
}

TEST(Target, IsSplitAtTheQuestionMark) {
  const auto check = [](std::string_view target, std::string_view path, std::string_view query) {
    const auto got = split_target(target);
    EXPECT_EQ(got.path, path) << target;
    EXPECT_EQ(got.query, query) << target;
  };
  check("/files?limit=1", "/files", "limit=1");
  check("/files", "/files", "");
  check("/files?", "/files", "");
  check("/a?b?c", "/a", "b?c");
  check("http://localhost:4080/files?x=1", "/files", "x=1");
  check("http://localhost:4080", "/", "");
  check("http://localhost:4080?x=1", "/", "x=1");
  check("*", "*", "");
  check("", "", "");
}

TEST(OpenApi, DescribesEveryRouteAndNothingElse) {
  const auto document = nlohmann::json::parse(openapi_document("9.8.7"));
  EXPECT_TRUE(document["openapi"].get<std::string>().starts_with("3.1"));
  EXPECT_EQ(document["info"]["version"], "9.8.7");
  std::set<std::pair<std::string, std::string>> described;
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      described.emplace(method, path);
      EXPECT_FALSE(operation["responses"].empty()) << path;
    }
  }
  std::set<std::pair<std::string, std::string>> served;
  for (const auto& entry : routes()) served.emplace(to_lower(entry.method), entry.path);
  EXPECT_EQ(described, served);
}

void expect_references_lead_somewhere(const nlohmann::json& document, const nlohmann::json& node) {
  if (node.is_object() && node.contains("$ref")) {
    const auto reference = node["$ref"].get<std::string>();
    ASSERT_TRUE(reference.starts_with("#/"));
    EXPECT_TRUE(document.contains(nlohmann::json::json_pointer(reference.substr(1)))) << reference;
  }
  if (node.is_structured()) {
    for (const auto& child : node) expect_references_lead_somewhere(document, child);
  }
}

TEST(OpenApi, ReferencesLeadSomewhere) {
  const auto document = nlohmann::json::parse(openapi_document("1"));
  expect_references_lead_somewhere(document, document);
}

}  // namespace
}  // namespace mycostr::api
