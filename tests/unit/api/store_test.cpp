#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "expect.hpp"
#include "local_network.hpp"
#include "support/started.hpp"
#include "wire/messages.hpp"

namespace mycostr::api::test {
namespace {

constexpr std::size_t kChunk = 16 << 10;
const std::string kNoFile(26, 'a');

std::string bytes_of(std::size_t size, std::uint64_t seed = 1) {
  return std::string(as_text(mycostr::test::SeededRandom(seed).bytes(size)));
}

struct Part {
  std::string name;
  std::string content;
  std::string more = "";  ///< after the name in Content-Disposition, and further lines
};

FakeRequest form_of(const std::vector<Part>& parts, std::string target = "/store") {
  FakeRequest request("POST", std::move(target));
  for (const auto& part : parts) {
    request.body += "--b\r\nContent-Disposition: form-data; name=\"" + part.name + "\"" + part.more +
                    "\r\n\r\n" + part.content + "\r\n";
  }
  request.body += "--b--\r\n";
  request.set("Content-Type", "multipart/form-data; boundary=b");
  return request;
}

TEST(Store, AnswersWithTheFile) {
  LocalNetwork net(4);
  const auto data = bytes_of(2 * kChunk + 5);
  const auto answer = net.call("POST", "/store?name=a%20picture.png", data, {{"Content-Type", "image/png"}});
  ASSERT_EQ(answer.status(), 201U) << answer.body;
  const auto document = json_of(answer);
  const auto& file = document["file"];
  EXPECT_EQ(answer.field("Location"), "/retrieve/" + file["id"].get<std::string>());
  EXPECT_EQ(answer.field("Content-Type"), "application/json");
  EXPECT_EQ(file["name"], "a picture.png");
  EXPECT_EQ(file["content_type"], "image/png");
  EXPECT_EQ(file["size"], data.size());
  EXPECT_EQ(document["redundancy"], 3);
  EXPECT_EQ(document["encryption"], "aes-256-gcm");
  ASSERT_EQ(document["chunks"].size(), 3U);
  EXPECT_FALSE(document.contains("chunks_truncated"));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& chunk = document["chunks"][i];
    EXPECT_EQ(chunk["index"], i);
    EXPECT_EQ(chunk["id"], chunk["hash"]);
    EXPECT_EQ(chunk["id"], file["chunks"][i]);
    EXPECT_EQ(chunk["size"], i < 2 ? kChunk : kLeafSize);
    EXPECT_EQ(std::set<std::string>(chunk["locations"].begin(), chunk["locations"].end()).size(), 3U);
  }
  EXPECT_EQ(net.call("GET", "/retrieve/" + file["id"].get<std::string>()).body, data);
}

TEST(Store, TakesForms) {
  LocalNetwork net(4);
  const auto data = bytes_of(700'000, 2);  // more than the parser's window
  auto answer = net.call(form_of({{"options", R"({"redundancy":3,"geographic":[]})"},
                                  {"file", data, "; filename=\"r.pdf\"\r\nContent-Type: application/pdf"}}));
  ASSERT_EQ(answer.status(), 201U) << answer.body;
  auto file = json_of(answer)["file"];
  EXPECT_EQ(file["name"], "r.pdf");
  EXPECT_EQ(file["content_type"], "application/pdf");
  EXPECT_EQ(net.call("GET", "/retrieve/" + file["id"].get<std::string>()).body, data);
  answer = net.call(form_of({{"options", R"({"name":"a","content_type":"text/x-b"})"},
                             {"file", "", "; filename=\"c\"\r\nContent-Type: text/x-d"}}));
  file = json_of(answer)["file"];
  EXPECT_EQ(file["name"], "a");
  EXPECT_EQ(file["content_type"], "text/x-b");
  EXPECT_EQ(file["size"], 0);
  EXPECT_EQ(json_of(net.call(form_of({{"file", "x"}}, "/store?name=q")))["file"]["name"], "q");
}

TEST(Store, RefusesBadForms) {
  LocalNetwork net(4);
  const auto refused = [&](FakeRequest request, std::string_view code, std::string_view field = {}) {
    expect_problem(net.call(std::move(request)), 400, code, field);
  };
  refused(form_of({{"file", "1"}, {"options", "{}"}}), "options_after_file");
  refused(form_of({{"file", bytes_of(5 * kChunk)}, {"options", "{}"}}), "options_after_file");
  refused(form_of({{"file", std::string(kChunk, 'x')}, {"options", "{}"}}), "options_after_file");
  refused(form_of({{"options", "{}"}}), "missing_file");
  refused(form_of({{"something", "{}"}, {"file", "1"}}), "unknown_field", "something");
  refused(form_of({{"file", "1"}, {"other", "2"}}), "unknown_field", "other");
  refused(form_of({{"file", "1"}, {"file", "2"}}), "invalid_value", "file");
  refused(form_of({{"options", "{}"}, {"options", "{}"}, {"file", "1"}}), "invalid_value", "options");
  refused(form_of({{"options", "{nope"}, {"file", "1"}}), "invalid_json");
  refused(form_of({{"options", "[]"}, {"file", "1"}}), "invalid_json");
  refused(form_of({{"options", R"({"copies":3})"}, {"file", "1"}}), "unknown_field", "copies");
  refused(form_of({{"options", R"({"redundancy":"3"})"}, {"file", "1"}}), "invalid_value", "redundancy");
  refused(form_of({{"options", R"({"name":"a"})"}, {"file", "1"}}, "/store?name=b"), "invalid_value", "name");
  refused(form_of({{"file", "1"}}, "/store?copies=3"), "unknown_field", "copies");
  refused(form_of({{"", "1"}}), "unknown_field", "(part without a name)");
  auto unended = form_of({{"file", bytes_of(3 * kChunk)}});
  unended.body.resize(unended.body.size() - 6);
  refused(unended, "invalid_multipart");
  auto empty = form_of({});
  empty.body.clear();
  refused(empty, "invalid_multipart");
  FakeRequest no_boundary("POST", "/store");
  no_boundary.set("Content-Type", "multipart/form-data");
  no_boundary.body = unended.body;
  refused(no_boundary, "invalid_multipart");
  auto long_epilogue = form_of({{"file", "1"}});
  long_epilogue.body += std::string(1'000'000, 'e');
  refused(long_epilogue, "invalid_multipart");
  expect_problem(net.call(form_of({{"options", std::string(100'000, ' ')}, {"file", "1"}})), 413,
                 "body_too_large");
  EXPECT_EQ(json_of(net.call("GET", "/node/status"))["files"], 0);
  net.run_for(std::chrono::minutes(2));
  EXPECT_EQ(net.shards(), 0U);
}

TEST(Store, ChecksOptionsBeforeTheBody) {
  LocalNetwork net(4);
  FakeRequest request("POST", "/store?redundancy=2");
  request.body = "x";
  request.set("Authorization", "Bearer " + std::string(kToken));
  FakeResponder responder;
  net.clock.run(net.node(0).api.handle(request, responder));
  expect_problem(responder, 400, "redundancy_too_low", "redundancy");
  EXPECT_EQ(request.reads, 0U);
  expect_problem(net.call("POST", "/store", "x", {{"Content-Type", "a/\xC3\xA4"}}), 400, "invalid_value",
                 "content_type");
  expect_problem(net.call("POST", "/store", "x", {{"Idempotency-Key", std::string(256, 'k')}}), 400,
                 "invalid_value", "Idempotency-Key");
}

TEST(Store, SaysWhyThereAreTooFewNodes) {
  LocalNetwork net(4, {"DE", "DE/Berlin", "FR", "US-CA"});
  auto document = expect_problem(net.call("POST", "/store?redundancy=16", "x"), 507, "not_enough_nodes");
  EXPECT_EQ(document["needed"], 16);
  EXPECT_EQ(document["available"], 3);
  document = expect_problem(net.call("POST", "/store?geographic=europe", "x"), 507, "not_enough_nodes");
  EXPECT_EQ(document["available"], 2);
  bool names_the_outsider = false;
  for (const auto& one : document["excluded"]) {
    if (one["node"] != net.node(3).identity.id().hex()) continue;
    names_the_outsider = true;
    EXPECT_EQ(one["reason"], "wrong_location");
  }
  EXPECT_TRUE(names_the_outsider);
  expect_problem(net.call(form_of({{"file", "x"}}, "/store?redundancy=4")), 507, "not_enough_nodes");
  expect_problem(net.call("POST", "/store?redundancy=4", "x", {{"Idempotency-Key", "k"}}), 507,
                 "not_enough_nodes");
  EXPECT_EQ(net.call("POST", "/store?redundancy=16", "").status(), 201U) << "an empty file needs nobody";
}

TEST(Store, IdempotencyKeys) {
  LocalNetwork net(4);
  const std::vector<HttpField> key{{"Idempotency-Key", "one"}};
  const auto data = bytes_of(3 * kChunk);
  const auto first = net.call("POST", "/store", data, key);
  const auto again = net.call("POST", "/store", data, key);
  ASSERT_EQ(first.status(), 201U);
  EXPECT_EQ(again.status(), 201U);
  EXPECT_EQ(json_of(first), json_of(again));
  expect_problem(net.call("POST", "/store", data + "x", key), 409, "idempotency_conflict");
  expect_problem(net.call("POST", "/store?name=other", data, key), 409, "idempotency_conflict");
  for (std::size_t i = 1; i < 4; ++i) net.node(i).transport.mood = LocalTransport::Mood::unreachable;
  net.run_for(std::chrono::minutes(1));
  EXPECT_EQ(net.call("POST", "/store", data, key).status(), 201U) << "stored before the holders went";
  expect_problem(net.call("POST", "/store", data), 507, "not_enough_nodes");
}

TEST(Store, BrokenBodies) {
  LocalNetwork net(4);
  const auto broken = [&](Errc code) {
    FakeRequest request("POST", "/store");
    request.body = bytes_of(3 * kChunk);
    request.announced = 10 * kChunk;
    request.error = Error{code, "broken"};
    return net.call(request);
  };
  expect_problem(broken(Errc::timeout), 408, "timeout");
  expect_problem(broken(Errc::invalid), 400, "malformed_request");
  const auto gone = broken(Errc::closed);
  EXPECT_FALSE(gone.started());
  EXPECT_TRUE(gone.aborted);
  auto form = form_of({{"file", bytes_of(3 * kChunk)}});
  form.body.resize(2 * kChunk);
  form.error = Error{Errc::closed, "gone"};
  EXPECT_FALSE(net.call(form).started());
  net.run_for(std::chrono::minutes(2));
  EXPECT_EQ(json_of(net.call("GET", "/node/status"))["files"], 0);
  EXPECT_EQ(net.shards(), 0U);
}

Task<> cancel_after(int turns, mycostr::test::Started& call) {
  const auto executor = co_await boost::asio::this_coro::executor;
  for (; turns > 0; --turns) co_await boost::asio::post(executor, boost::asio::use_awaitable);
  call.cancel();
}

TEST(Store, LeavesNothingOfAClientThatGoesBetweenTheLastReceiptAndTheCommit) {
  constexpr int kTurns = 40;
  LocalNetwork net(4);
  int files = 0;
  for (int turns = 0; turns < kTurns; ++turns) {
    FakeRequest request("POST", "/store");
    request.body = "some text";
    request.set("Authorization", "Bearer " + std::string(kToken));
    FakeResponder responder;
    std::optional<mycostr::test::Started> call;
    std::optional<mycostr::test::Started> leaving;
    int receipts = 0;
    net.node(0).transport.on_answer = [&](std::string_view operation) {
      const bool is_last = operation == wire::operations::kPutShard && ++receipts == 3;
      if (is_last) leaving.emplace(net.loop, cancel_after(turns, *call));
    };
    call.emplace(net.loop, net.node(0).api.handle(request, responder));
    net.run_for(std::chrono::minutes(2));
    net.node(0).transport.on_answer = [](std::string_view) {};
    ASSERT_TRUE(leaving && leaving->succeeded() && call->ended()) << turns;
    const int before = std::exchange(files, json_of(net.call("GET", "/node/status"))["files"].get<int>());
    EXPECT_TRUE(files == before + 1 || call->was_cancelled()) << turns;
    EXPECT_EQ(net.shards(), static_cast<std::size_t>(3 * files)) << turns;
  }
  EXPECT_GT(files, 0) << "always before the commit";
  EXPECT_LT(files, kTurns) << "never before the commit";
}

TEST(Store, GivesUpWhereOneHolderAfterTheOtherStaysSilent) {
  LocalNetwork net(20);
  for (std::size_t i = 1; i < 20; ++i) net.node(i).transport.mood = LocalTransport::Mood::silent;
  const auto begin = net.clock.now();
  const auto document = expect_problem(net.call("POST", "/store", "x"), 507, "not_enough_nodes");
  const auto took = net.clock.now() - begin;
  EXPECT_GE(took, 2 * CallLimits().total) << "two of five rounds";
  EXPECT_LE(took, 2 * CallLimits().total + std::chrono::seconds(40))
      << "and, before each, asking three times, one copy after the other";
  EXPECT_EQ(document["needed"], 3);
  EXPECT_NE(document["detail"].get<std::string>().find("timeout: no answer"), std::string::npos) << document;
}

TEST(Store, BoundsTransfers) {
  LocalNetwork net(4);
  std::deque<FakeRequest> requests;
  std::deque<FakeResponder> responders;
  std::deque<mycostr::test::Started> calls;
  for (int i = 0; i < 5; ++i) {
    requests.emplace_back("POST", "/store");
    requests.back().body = bytes_of(kChunk);
    requests.back().set("Authorization", "Bearer " + std::string(kToken));
    responders.emplace_back();
    calls.emplace_back(net.loop, net.node(0).api.handle(requests.back(), responders.back()));
  }
  net.run_for(std::chrono::seconds(5));
  expect_problem(responders.back(), 503, "overloaded");
  EXPECT_FALSE(responders.back().field("Retry-After").empty());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(responders[static_cast<std::size_t>(i)].status(), 201U);
  EXPECT_EQ(net.call("POST", "/store", "x").status(), 201U) << "the slots are free again";
}

TEST(Store, ListsAThousandChunks) {
  LocalNetwork net(4);
  const auto answer = net.call("POST", "/store", bytes_of(1001 * kChunk));
  ASSERT_EQ(answer.status(), 201U);
  const auto document = json_of(answer);
  EXPECT_EQ(document["chunks"].size(), 1000U);
  EXPECT_EQ(document["file"]["chunks"].size(), 1000U);
  EXPECT_EQ(document["chunks_truncated"], true);
  const auto path = "/files/" + document["file"]["id"].get<std::string>();
  const auto rest = json_of(net.call("GET", path + "?offset=1000"));
  ASSERT_EQ(rest["chunks"].size(), 1U);
  EXPECT_EQ(rest["chunks"][0]["index"], 1000);
  EXPECT_FALSE(rest.contains("chunks_truncated"));
  EXPECT_EQ(rest["health"]["chunks"], 1001);
}

}  // namespace
}  // namespace mycostr::api::test
