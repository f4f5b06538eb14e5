#include "expect.hpp"
#include "local_network.hpp"
#include "support/started.hpp"

namespace mycostr::api::test {
namespace {

constexpr std::size_t kChunk = 16 << 10;

class Retrieve : public testing::Test {
 protected:
  std::string store(const std::string& body, std::string query = "") {
    const auto answer = net.call("POST", "/store" + query, body, {{"Content-Type", "text/x-test"}});
    EXPECT_EQ(answer.status(), 201U) << answer.body;
    return json_of(answer)["file"]["id"];
  }
  FakeResponder get(const std::string& id, std::string query = "", std::vector<HttpField> fields = {}) {
    return net.call("GET", "/retrieve/" + id + query, "", std::move(fields));
  }
  void set_holders(LocalTransport::Mood mood) {
    for (std::size_t i = 1; i < 4; ++i) net.node(i).transport.mood = mood;
  }

  LocalNetwork net{4};
  const std::string data = std::string(as_text(mycostr::test::SeededRandom(3).bytes(20 * kChunk + 500)));
};

TEST_F(Retrieve, GivesTheFileBack) {
  const auto id = store(data, "?name=a%22b");
  const auto answer = get(id);
  EXPECT_EQ(answer.status(), 200U);
  EXPECT_TRUE(answer.finished);
  EXPECT_EQ(answer.head.content_length, data.size());
  EXPECT_TRUE(answer.body == data);
  EXPECT_EQ(answer.field("Content-Type"), "text/x-test");
  EXPECT_EQ(answer.field("Content-Disposition"), "attachment; filename=\"a_b\"; filename*=UTF-8''a%22b");
}

TEST_F(Retrieve, GivesTheCiphertext) {
  const auto id = store(data);
  const auto cipher = get(id, "?decrypt=false");
  EXPECT_EQ(cipher.body.size(), round_up(data.size(), kLeafSize));
  EXPECT_EQ(cipher.field("Content-Type"), "application/octet-stream");
  EXPECT_NE(cipher.field("ETag"), get(id).field("ETag"));
  const auto part = get(id, "?decrypt=false", {{"Range", "bytes=16380-16390"}});
  EXPECT_EQ(part.status(), 206U);
  EXPECT_TRUE(part.body == cipher.body.substr(16380, 11));
  EXPECT_EQ(net.call("GET", "/retrieve/" + id, R"({"decrypt":false,"timeout":30})").body, cipher.body);
}

TEST_F(Retrieve, GivesRanges) {
  const auto id = store(data);
  for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, 0},
                                   {5, 9},
                                   {kChunk - 3, kChunk + 3},
                                   {data.size() - 1, data.size() - 1},
                                   {kChunk, 3 * kChunk - 1}}) {
    const auto answer = get(id, "", {{"Range", fmt::format("bytes={}-{}", begin, end)}});
    EXPECT_EQ(answer.status(), 206U);
    EXPECT_EQ(answer.field("Content-Range"), fmt::format("bytes {}-{}/{}", begin, end, data.size()));
    EXPECT_TRUE(answer.body == data.substr(begin, end - begin + 1)) << begin;
  }
  const auto beyond = get(id, "", {{"Range", fmt::format("bytes={}-", data.size())}});
  expect_problem(beyond, 416, "range_not_satisfiable");
  EXPECT_EQ(beyond.field("Content-Range"), fmt::format("bytes */{}", data.size()));
  EXPECT_EQ(get(id, "", {{"Range", "bytes=0-1"}, {"Range", "bytes=2-3"}}).status(), 200U);
}

TEST_F(Retrieve, HeadAndConditionsSendNoBody) {
  const auto id = store(data);
  const auto head = net.call("HEAD", "/retrieve/" + id, "", {{"Range", "bytes=1-2"}});
  EXPECT_EQ(head.status(), 200U);
  EXPECT_TRUE(head.finished);
  EXPECT_EQ(head.head.content_length, data.size());
  EXPECT_EQ(head.body, "");
  const auto among = get(id, "", {{"If-None-Match", "\"other\""}, {"If-None-Match", head.field("ETag")}});
  EXPECT_EQ(among.status(), 304U) << "several fields are one list";
  const auto same = get(id, "", {{"If-None-Match", head.field("ETag")}});
  EXPECT_EQ(same.status(), 304U);
  EXPECT_TRUE(same.finished);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.field("ETag"), head.field("ETag"));
}

TEST_F(Retrieve, EmptyFiles) {
  const auto id = store("");
  const auto answer = get(id);
  EXPECT_EQ(answer.status(), 200U);
  EXPECT_TRUE(answer.finished);
  EXPECT_EQ(answer.head.content_length, 0U);
  expect_problem(get(id, "", {{"Range", "bytes=0-"}}), 416, "range_not_satisfiable");
}

TEST_F(Retrieve, RefusesWhatCannotBe) {
  const auto id = store("x");
  for (const auto* query :
       {"timeout=0", "timeout=86401", "timeout=x", "timeout=-1", "timeout=1.5", "timeout="}) {
    expect_problem(get(id, std::string("?") + query), 400, "invalid_value", "timeout");
  }
  for (const auto* query : {"decrypt=perhaps", "decrypt=1", "decrypt=", "decrypt=TRUE"}) {
    expect_problem(get(id, std::string("?") + query), 400, "invalid_value", "decrypt");
  }
  expect_problem(get(id, "?range=1"), 400, "unknown_field", "range");
  expect_problem(net.call("GET", "/retrieve/" + id + "?timeout=5", R"({"timeout":5})"), 400, "invalid_value",
                 "timeout");
  expect_problem(net.call("GET", "/retrieve/" + id, R"({"timeout":"5"})"), 400, "invalid_value", "timeout");
  expect_problem(net.call("GET", "/retrieve/" + id, "{"), 400, "invalid_json");
  EXPECT_EQ(get(id, "?timeout=86400&decrypt=true").status(), 200U);
  for (const std::string& other :
       {std::string(26, 'a'), std::string("x"), std::string("%00"), std::string(26, 'A'),
        std::string(5000, 'a'), std::string("..%2f..%2fetc")}) {
    expect_problem(get(other), 404, "file_not_found");
  }
  expect_problem(get(std::string(9000, 'a')), 414, "target_too_long");
}

TEST_F(Retrieve, WithoutHoldersNamesTheChunk) {
  const auto id = store(data);
  set_holders(LocalTransport::Mood::unreachable);
  const auto document = expect_problem(get(id), 502, "not_enough_shards");
  EXPECT_EQ(document["index"], 0);
}

TEST_F(Retrieve, SilentHoldersTimeOut) {
  const auto id = store(data);
  set_holders(LocalTransport::Mood::silent);
  const auto before = net.clock.now();
  const auto answer = get(id, "?timeout=2");
  expect_problem(answer, 504, "timeout");
  EXPECT_LE(net.clock.now() - before, std::chrono::seconds(3));
  set_holders(LocalTransport::Mood::answers);
  EXPECT_TRUE(get(id).body == data) << "what was given up has given back what it held";
}

/// Holders go silent once the first bytes have been sent.
class TurningResponder final : public HttpResponder {
 public:
  explicit TurningResponder(std::function<void()> turn) : turn_(std::move(turn)) {}
  Task<Result<void>> send(HttpResponseHead, std::string) override {
    co_return fail(Errc::internal, "not expected");
  }
  Task<Result<void>> start(HttpResponseHead) override {
    started_ = true;
    turn_();
    co_return Result<void>();
  }
  Task<Result<void>> write(ByteView bytes) override {
    written += bytes.size();
    co_return Result<void>();
  }
  Task<Result<void>> finish() override {
    finished = true;
    co_return Result<void>();
  }
  bool started() const override { return started_; }
  void abort() override { aborted = true; }

  std::size_t written = 0;
  bool finished = false;
  bool aborted = false;

 private:
  std::function<void()> turn_;
  bool started_ = false;
};

TEST_F(Retrieve, IsCutShortRatherThanCompletedWrongly) {
  const auto id = store(data);
  for (const auto mood : {LocalTransport::Mood::silent, LocalTransport::Mood::unreachable}) {
    set_holders(LocalTransport::Mood::answers);
    net.run_for(std::chrono::minutes(1));
    FakeRequest request("GET", "/retrieve/" + id + "?timeout=3");
    request.set("Authorization", "Bearer " + std::string(kToken));
    TurningResponder responder([&] { set_holders(mood); });
    net.clock.run(net.node(0).api.handle(request, responder));
    EXPECT_TRUE(responder.aborted);
    EXPECT_FALSE(responder.finished);
    EXPECT_LT(responder.written, data.size());
    EXPECT_GT(responder.written, 0U);
  }
}

TEST_F(Retrieve, EndsWhenTheClientGoes) {
  const auto id = store(data);
  FakeRequest request("GET", "/retrieve/" + id);
  request.set("Authorization", "Bearer " + std::string(kToken));
  FakeResponder responder;
  responder.client_gone_after = 2 * kChunk;
  net.clock.run(net.node(0).api.handle(request, responder));
  EXPECT_FALSE(responder.finished);
  EXPECT_EQ(responder.body.size(), 2 * kChunk);
  EXPECT_EQ(net.node(0).engine.files().memory.free(), net.node(0).engine.files().memory.total());
}

TEST_F(Retrieve, CancelledAtAnyMomentItClosesItsReader) {
  const auto id = store(data);
  for (int ms = 0; ms < 40; ++ms) {
    FakeRequest request("GET", "/retrieve/" + id);
    request.set("Authorization", "Bearer " + std::string(kToken));
    FakeResponder responder;
    mycostr::test::Started call(net.loop, net.node(0).api.handle(request, responder));
    net.run_for(std::chrono::milliseconds(ms));
    call.cancel();
    net.run_for(std::chrono::seconds(1));
    EXPECT_TRUE(call.was_cancelled() || call.succeeded()) << ms;
    EXPECT_EQ(net.node(0).engine.files().memory.free(), net.node(0).engine.files().memory.total()) << ms;
  }
}

TEST_F(Retrieve, BrokenCatalog) {
  const auto id = store(data);
  net.node(0).meta.set_broken(true);
  expect_problem(get(id), 500, "storage_failed");
  expect_problem(net.call("GET", "/files"), 500, "storage_failed");
  expect_problem(net.call("DELETE", "/files/" + id), 500, "storage_failed");
  net.node(0).meta.set_broken(false);
}

TEST_F(Retrieve, AnExceptionOnTheWayEndsTheAnswer) {
  const auto id = store(data);
  net.node(0).transport.on_answer = [](std::string_view operation) {
    if (operation == wire::operations::kGetShard) throw std::bad_alloc();
  };
  const auto begin = net.clock.now();
  EXPECT_GE(get(id).status(), 500U);
  EXPECT_LT(net.clock.now() - begin, std::chrono::minutes(10));
  net.node(0).transport.on_answer = [](std::string_view) {};
  EXPECT_TRUE(get(id).body == data);
}

}  // namespace
}  // namespace mycostr::api::test
