#include "expect.hpp"
#include "local_network.hpp"

namespace mycostr::api::test {
namespace {

TEST(RestApi, HealthNeedsNoToken) {
  LocalNetwork net(1);
  const auto health = [&](std::string method, std::vector<HttpField> fields) {
    FakeRequest request(std::move(method), "/healthz");
    request.fields = std::move(fields);
    FakeResponder responder;
    net.clock.run(net.node(0).api.handle(request, responder));
    return responder;
  };
  const auto answer = health("GET", {{"Host", "localhost"}});
  EXPECT_EQ(answer.status(), 200U);
  EXPECT_EQ(json_of(answer)["status"], "ok");
  expect_problem(health("GET", {{"Host", "evil.example"}}), 421, "wrong_host");
  expect_problem(health("GET", {{"Host", "localhost"}, {"Origin", "http://evil"}}), 403, "wrong_origin");
  expect_problem(health("POST", {{"Host", "localhost"}}), 401, "unauthorized");
  expect_problem(net.call("GET", "/healthz?x=1"), 400, "unknown_field", "x");
}

TEST(RestApi, EverythingElseNeedsTheToken) {
  LocalNetwork net(1);
  for (const auto* path :
       {"/node/status", "/files", "/no-such", "/store", "/openapi.json", "/healthz/", "/healthz/.."}) {
    FakeRequest request("GET", path);
    FakeResponder responder;
    net.clock.run(net.node(0).api.handle(request, responder));
    expect_problem(responder, 401, "unauthorized");
    EXPECT_EQ(responder.field("WWW-Authenticate"), "Bearer");
  }
}

TEST(RestApi, UnknownPathsAndMethods) {
  LocalNetwork net(1);
  expect_problem(net.call("GET", "/no-such"), 404, "not_found");
  const auto answer = net.call("PUT", "/files");
  expect_problem(answer, 405, "method_not_allowed");
  EXPECT_EQ(answer.field("Allow"), "GET");
}

TEST(RestApi, DescribesItself) {
  LocalNetwork net(1);
  const auto answer = net.call("GET", "/openapi.json");
  EXPECT_EQ(answer.status(), 200U);
  EXPECT_EQ(json_of(answer)["info"]["version"], "1.2.3");
}

TEST(RestApi, BoundsJsonBodies) {
  LocalNetwork net(1);
  FakeRequest announced("POST", "/node/register");
  announced.announced = 2 << 20;
  announced.set("Authorization", "Bearer " + std::string(kToken));
  FakeResponder responder;
  net.clock.run(net.node(0).api.handle(announced, responder));
  expect_problem(responder, 413, "body_too_large");
  EXPECT_EQ(announced.reads, 0U);
  FakeRequest chunked("POST", "/node/register");
  chunked.is_chunked = true;
  chunked.body = "{" + std::string(1 << 20, ' ');
  expect_problem(net.call(chunked), 413, "body_too_large");
  chunked.body = R"({"capacity":1048576)" + std::string(60'000, ' ') + R"(,"location":"DE"})";
  EXPECT_EQ(net.call(chunked).status(), 200U);
  FakeRequest get("GET", "/node/status");
  get.is_chunked = true;
  EXPECT_EQ(net.call(get).status(), 200U) << "an empty chunked body is none";
}

TEST(RestApi, StalledAndMalformedJsonBodies) {
  LocalNetwork net(1);
  FakeRequest request("POST", "/node/register");
  request.body = "{";
  request.announced = 100;
  request.error = Error{Errc::timeout, "slow"};
  expect_problem(net.call(request), 408, "timeout");
  request.error = Error{Errc::invalid, "bad chunk"};
  expect_problem(net.call(request), 400, "malformed_request");
  request.error = Error{Errc::closed, "gone"};
  EXPECT_FALSE(net.call(request).started());
}

TEST(Status, HasItsFields) {
  LocalNetwork net(4, {"DE/Berlin", "US-CA", "JP", "SE"});
  const auto status = json_of(net.call("GET", "/node/status"));
  EXPECT_EQ(status["node_id"], net.node(0).identity.id().hex());
  EXPECT_EQ(status["pubkey"], net.node(0).identity.public_key().hex());
  EXPECT_EQ(status["version"], "1.2.3");
  EXPECT_EQ(status["roles"], (nlohmann::json{"owner", "holder"}));
  EXPECT_EQ(status["location"], "DE/Berlin");
  EXPECT_EQ(status["endpoints"], (nlohmann::json{"127.0.0.1:5000"}));
  EXPECT_EQ(status["storage"]["capacity"], 64 << 20);
  EXPECT_EQ(status["files"], 0);
  EXPECT_EQ(status["peers"]["known"], 3);
  EXPECT_EQ(status["healthy"], true);
  EXPECT_EQ(status["problems"], nlohmann::json::array());
  EXPECT_TRUE(status["uptime_seconds"].is_number_integer());
  for (const auto* name : {"metrics", "nodes", "agreements", "queues"})
    EXPECT_FALSE(status.contains(name)) << name;
  net.run_for(std::chrono::seconds(90));
  EXPECT_GE(json_of(net.call("GET", "/node/status"))["uptime_seconds"], 90);
}

TEST(Status, MetricsAndDetails) {
  LocalNetwork net(4, {"DE", "US-CA"});
  net.call("POST", "/store", "hello");
  const auto status = json_of(net.call("GET", "/node/status?detailed=true", R"({"metrics":true})"));
  EXPECT_EQ(status["metrics"]["counters"]["stores"], 1);
  EXPECT_EQ(status["metrics"]["counters"]["bytes_in"], 5);
  EXPECT_EQ(status["metrics"]["latencies"]["store"]["count"], 1);
  EXPECT_GT(status["metrics"]["latencies"]["store"]["p99_ms"], 0);
  EXPECT_GT(status["metrics"]["rates"]["requests_per_second"], 0);
  ASSERT_EQ(status["nodes"].size(), 3U);
  for (const auto& node : status["nodes"]) {
    EXPECT_TRUE(node["last_seen"].is_string());
    EXPECT_GE(node["rtt_ms"], 0);
    EXPECT_EQ(node["endpoints"].size(), 1U);
    EXPECT_EQ(node["reputation"]["state"], "new");
    EXPECT_EQ(node["reputation"]["vetted"], false);
    if (node["id"] == net.node(1).identity.id().hex()) EXPECT_EQ(node["location"], "US-CA");
  }
  EXPECT_EQ(status["agreements"], nlohmann::json::array());
  EXPECT_EQ(status["queues"]["transfers"], 0);
}

TEST(Status, ShowsProblemsAndRefusesOptions) {
  LocalNetwork net(1);
  net.node(0).problems = {{"disk_full", "make room"}};
  const auto status = json_of(net.call("GET", "/node/status"));
  EXPECT_EQ(status["healthy"], false);
  EXPECT_EQ(status["problems"][0], (nlohmann::json{{"code", "disk_full"}, {"detail", "make room"}}));
  expect_problem(net.call("GET", "/node/status?metrics=2"), 400, "invalid_value", "metrics");
  expect_problem(net.call("GET", "/node/status?metrix=true"), 400, "unknown_field", "metrix");
  expect_problem(net.call("GET", "/node/status", R"({"metrix":true})"), 400, "unknown_field", "metrix");
  expect_problem(net.call("GET", "/node/status?metrics=true", R"({"metrics":true})"), 400, "invalid_value",
                 "metrics");
  for (const std::string& body :
       {std::string("{"), std::string(" "), std::string("[]"), std::string(100'000, '[')}) {
    const auto answer = net.call("GET", "/node/status", body);
    if (body.size() > 1000) {
      expect_problem(answer, 413, "body_too_large");
    } else {
      expect_problem(answer, 400, "invalid_json");
    }
  }
}

TEST(Files, AreListedInPages) {
  LocalNetwork net(4);
  std::vector<std::string> names;
  for (int i = 0; i < 7; ++i) {
    names.push_back("page/" + std::to_string(i));
    net.call("POST", "/store?name=page%2F" + std::to_string(i), "x");
  }
  net.call("POST", "/store?name=other", "x");
  for (const std::string order : {"asc", "desc"}) {
    std::vector<std::string> listed;
    std::string cursor;
    for (int pages = 0; pages < 10; ++pages) {
      const auto page = json_of(net.call("GET", "/files?prefix=page/&limit=3&order=" + order + cursor));
      EXPECT_LE(page["files"].size(), 3U);
      for (const auto& file : page["files"]) listed.push_back(file["name"]);
      if (page["next_cursor"].is_null()) break;
      cursor = "&cursor=" + percent_encode(page["next_cursor"].get<std::string>());
    }
    EXPECT_EQ(listed, names) << order;
    std::ranges::reverse(names);
  }
  const auto entry = json_of(net.call("GET", "/files"))["files"].back();
  EXPECT_EQ(entry["name"], "other");
  EXPECT_EQ(entry["chunk_count"], 1);
  EXPECT_EQ(entry["redundancy"], 3);
  EXPECT_FALSE(entry.contains("chunks"));
}

TEST(Files, RefuseWhatCannotBe) {
  LocalNetwork net(4);
  for (const auto* query :
       {"limit=0", "limit=1001", "limit=x", "cursor=nonsense!", "cursor=00", "order=up"}) {
    const std::string text(query);
    expect_problem(net.call("GET", "/files?" + text), 400, "invalid_value", text.substr(0, text.find('=')));
  }
  expect_problem(net.call("GET", "/files?offset=1"), 400, "unknown_field", "offset");
  const std::string id = json_of(net.call("POST", "/store", "x"))["file"]["id"];
  for (const auto* query : {"offset=-1", "limit=0", "limit=1001", "offset=18446744073709551616"}) {
    const std::string text(query);
    expect_problem(net.call("GET", "/files/" + id + "?" + text), 400, "invalid_value",
                   text.substr(0, text.find('=')));
  }
  for (const auto* other : {"aaaaaaaaaaaaaaaaaaaaaaaaaa", "x", "%00"}) {
    expect_problem(net.call("GET", std::string("/files/") + other), 404, "file_not_found");
    expect_problem(net.call("DELETE", std::string("/files/") + other), 404, "file_not_found");
  }
  expect_problem(net.call("DELETE", "/files/" + id + "?force=true"), 400, "unknown_field", "force");
}

TEST(Files, ShowTheirHealth) {
  LocalNetwork net(4);
  const auto stored = json_of(net.call("POST", "/store", std::string(40'000, 'x')));
  const std::string path = "/files/" + stored["file"]["id"].get<std::string>();
  const auto shown = json_of(net.call("GET", path));
  EXPECT_EQ(shown["file"], stored["file"]);
  EXPECT_EQ(shown["chunks"], stored["chunks"]);
  EXPECT_EQ(shown["health"],
            (nlohmann::json{{"chunks", 3}, {"healthy", 3}, {"degraded", 0}, {"lost", 0}, {"min_live", 3}}));
  const auto page = json_of(net.call("GET", path + "?offset=1&limit=1"));
  EXPECT_EQ(page["chunks"], nlohmann::json::array({stored["chunks"][1]}));
  EXPECT_EQ(page["file"]["chunks"], nlohmann::json::array({stored["file"]["chunks"][1]}));
  EXPECT_EQ(page["health"], shown["health"]);
  EXPECT_EQ(page["chunks_truncated"], true);
  for (const auto* offset : {"3", "18446744073709551615"}) {
    const auto beyond = json_of(net.call("GET", path + "?offset=" + offset));
    EXPECT_TRUE(beyond["chunks"].empty());
    EXPECT_FALSE(beyond.contains("chunks_truncated"));
  }
  const std::string empty = json_of(net.call("POST", "/store", ""))["file"]["id"];
  EXPECT_EQ(json_of(net.call("GET", "/files/" + empty))["health"]["min_live"], nullptr);
  net.node(1).transport.mood = LocalTransport::Mood::unreachable;
  net.run_for(std::chrono::minutes(1));
  EXPECT_EQ(json_of(net.call("GET", path))["health"]["degraded"], 3);
}

TEST(Files, AreDeleted) {
  LocalNetwork net(4);
  const std::string id = json_of(net.call("POST", "/store", std::string(40'000, 'x')))["file"]["id"];
  EXPECT_EQ(net.shards(), 9U);
  const auto answer = net.call("DELETE", "/files/" + id);
  EXPECT_EQ(answer.status(), 204U);
  EXPECT_EQ(answer.body, "");
  for (const auto& [method, path] :
       {std::pair{"GET", "/retrieve/"}, {"GET", "/files/"}, {"DELETE", "/files/"}}) {
    expect_problem(net.call(method, path + id), 404, "file_not_found");
  }
  net.run_for(std::chrono::minutes(1));
  EXPECT_EQ(net.shards(), 0U);
}

class Register : public testing::Test {
 protected:
  FakeResponder call(const nlohmann::json& body) { return net.call("POST", "/node/register", body.dump()); }

  LocalNetwork net{3};
  const nlohmann::json good{{"capacity", 10 << 20}, {"location", "DE/Berlin"}};
};

TEST_F(Register, ChangesTheOffer) {
  const auto answer = call(good);
  ASSERT_EQ(answer.status(), 200U) << answer.body;
  const auto document = json_of(answer);
  const auto status = json_of(net.call("GET", "/node/status"));
  for (const auto* field : {"node_id", "pubkey", "endpoints", "location"})
    EXPECT_EQ(document[field], status[field]);
  EXPECT_EQ(document["capacity"], 10 << 20);
  EXPECT_EQ(document["location"], "DE/Berlin");
  EXPECT_TRUE(document["registered"].is_string());
  EXPECT_EQ(status["storage"]["capacity"], 10 << 20);
  auto own = good;
  own["pubkey"] = status["pubkey"];
  EXPECT_EQ(call(own).status(), 200U);
}

TEST_F(Register, RefusesBadValues) {
  const auto with = [&](const char* field, nlohmann::json value) {
    auto body = good;
    body[field] = std::move(value);
    return call(body);
  };
  for (const nlohmann::json& value : {nlohmann::json(-1), nlohmann::json("much"), nlohmann::json(1.5),
                                      nlohmann::json(nullptr), nlohmann::json(true)}) {
    expect_problem(with("capacity", value), 400, "invalid_value", "capacity");
  }
  expect_problem(with("location", 7), 400, "invalid_value", "location");
  expect_problem(with("location", nullptr), 400, "invalid_value", "location");
  for (const auto* value : {"Atlantis", "ZZ", "europe", "", "de"}) {
    expect_problem(with("location", value), 400, "unknown_location", "location");
  }
  expect_problem(with("pubkey", "zz"), 400, "invalid_value", "pubkey");
  expect_problem(with("pubkey", nullptr), 400, "invalid_value", "pubkey");
  expect_problem(with("pubkey", std::string(64, 'A')), 400, "invalid_value", "pubkey");
  expect_problem(with("colour", "red"), 400, "unknown_field", "colour");
  expect_problem(with("address", "127.0.0.1:1"), 400, "invalid_value", "address");
  expect_problem(with("capacity", 1ULL << 62), 400, "capacity_unavailable", "capacity");
  expect_problem(with("capacity", 100), 400, "capacity_too_small", "capacity");
  expect_problem(call({{"location", "DE"}}), 400, "invalid_value", "capacity");
  expect_problem(call({{"capacity", 10 << 20}}), 400, "invalid_value", "location");
  expect_problem(net.call("POST", "/node/register?capacity=5", good.dump()), 400, "unknown_field",
                 "capacity");
  for (const auto* text : {"{", "", "[]", "null", "{\"location\": \"\xff\"}"}) {
    expect_problem(net.call("POST", "/node/register", text), 400, "invalid_json");
  }
}

TEST_F(Register, LooksAtWhatIsInUseFirst) {
  LocalNetwork four(4);
  ASSERT_EQ(four.call("POST", "/store", "x").status(), 201U);
  FakeRequest request("POST", "/node/register");
  request.body = R"({"capacity":1,"location":"Atlantis"})";
  request.set("Authorization", "Bearer " + std::string(kToken));
  FakeResponder responder;
  four.clock.run(four.node(1).api.handle(request, responder));
  expect_problem(responder, 409, "capacity_in_use", "capacity");
}

TEST_F(Register, OtherNodes) {
  const auto key = [&](std::size_t i) { return net.node(i).identity.public_key().hex(); };
  expect_problem(call({{"pubkey", key(1)}}), 400, "invalid_value", "address");
  expect_problem(call({{"pubkey", key(1)}, {"address", "nowhere"}}), 400, "invalid_value", "address");
  expect_problem(call({{"pubkey", key(1)}, {"address", 5}}), 400, "invalid_value", "address");
  expect_problem(call({{"pubkey", key(1)}, {"address", net.node(1).address}, {"capacity", 5}}), 400,
                 "invalid_value", "capacity");
  expect_problem(call({{"pubkey", key(1)}, {"address", "127.0.0.1:1"}}), 502, "unreachable", "address");
  expect_problem(call({{"pubkey", key(1)}, {"address", net.node(2).address}}), 422, "identity_mismatch",
                 "pubkey");
  const auto answer = call({{"pubkey", key(1)}, {"address", net.node(1).address}});
  ASSERT_EQ(answer.status(), 200U) << answer.body;
  const auto document = json_of(answer);
  EXPECT_EQ(document["node_id"], net.node(1).identity.id().hex());
  EXPECT_EQ(document["pubkey"], key(1));
  EXPECT_EQ(document["location"], "DE");
  EXPECT_EQ(document["capacity"], 64 << 20);
  EXPECT_EQ(document["endpoints"], nlohmann::json::array({net.node(1).address}));
  EXPECT_TRUE(document["registered"].is_string());
}

TEST_F(Register, ANewNodeBecomesKnown) {
  LocalNode stranger(net, 7, "FR");
  ASSERT_TRUE(net.clock.run(stranger.engine.open()));
  const nlohmann::json body{{"pubkey", stranger.identity.public_key().hex()}, {"address", stranger.address}};
  EXPECT_EQ(call(body).status(), 201U);
  EXPECT_EQ(call(body).status(), 200U);
  EXPECT_EQ(json_of(net.call("GET", "/node/status"))["peers"]["known"], 3);
  stranger.transport.mood = LocalTransport::Mood::silent;
  expect_problem(call(body), 502, "unreachable", "address");
}

}  // namespace
}  // namespace mycostr::api::test
