#include <nlohmann/json.hpp>

#include "expect.hpp"
#include "local_network.hpp"
#include "support/started.hpp"

namespace mycostr::api::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

/// A reader of GET /events of node 0.
class Reader {
 public:
  explicit Reader(LocalNetwork& net, std::string last_id = "")
      : request_("GET", "/events"), running_(net.loop, start(net, std::move(last_id))), net_(net) {
    net.run_for(0s);
  }
  ~Reader() {
    running_.cancel();
    net_.run_for(0s);
  }

  struct Event {
    std::uint64_t id = 0;
    std::string kind;
    Json data;
  };
  /// What has come since the last time.
  std::vector<Event> events() {
    std::vector<Event> out;
    for (const auto& block : blocks()) {
      if (block.starts_with(":")) continue;
      Event event;
      std::istringstream lines(block);
      for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("id: ")) event.id = std::stoull(line.substr(4));
        if (line.starts_with("event: ")) event.kind = line.substr(7);
        if (line.starts_with("data: ")) event.data = Json::parse(line.substr(6));
      }
      out.push_back(std::move(event));
    }
    return out;
  }
  /// What stands between empty lines.
  std::vector<std::string> blocks() {
    std::vector<std::string> out;
    while (true) {
      const auto end = responder.body.find("\n\n", taken_);
      if (end == std::string::npos) return out;
      out.push_back(responder.body.substr(taken_, end - taken_));
      taken_ = end + 2;
    }
  }
  bool ended() const { return running_.ended(); }

  FakeResponder responder;

 private:
  Task<> start(LocalNetwork& net, std::string last_id) {
    request_.set("Authorization", "Bearer " + std::string(kToken));
    if (!last_id.empty()) request_.set("Last-Event-ID", std::move(last_id));
    return net.node(0).api.handle(request_, responder);
  }

  FakeRequest request_;
  std::size_t taken_ = 0;
  mycostr::test::Started running_;
  LocalNetwork& net_;
};

class Events : public testing::Test {
 protected:
  void problem(std::string code) { log().add(events::Problem{std::move(code), "d"}); }
  events::EventLog& log() { return net.node(0).engine.events(); }
  /// An idle node has events of its own.
  static std::vector<Reader::Event> problems(Reader& reader) {
    auto all = reader.events();
    std::erase_if(all, [](const auto& event) { return event.kind != "problem"; });
    return all;
  }
  LocalNetwork net{1};
};

TEST_F(Events, ComeAsTheyHappen) {
  problem("before");
  Reader reader(net);
  EXPECT_EQ(reader.responder.status(), 200U);
  EXPECT_EQ(reader.responder.field("Content-Type"), "text/event-stream");
  EXPECT_FALSE(reader.responder.head.content_length);
  EXPECT_TRUE(reader.events().empty());
  problem("a");
  net.run_for(0s);
  problem("b");
  problem("c");
  net.run_for(0s);
  const auto events = reader.events();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].kind, "problem");
  EXPECT_EQ(events[0].data["code"], "a");
  EXPECT_EQ(events[0].data["detail"], "d");
  EXPECT_TRUE(events[0].data["at"].get<std::string>().ends_with("Z"));
  EXPECT_EQ(events[2].data["code"], "c");
  EXPECT_EQ(events[2].id, events[0].id + 2);
  EXPECT_FALSE(reader.ended());
}

TEST_F(Events, GoOnBehindTheLastOneThatWasRead) {
  problem("a");
  const auto first = log().last_id();
  problem("b");
  Reader reader(net, std::to_string(first));
  auto events = reader.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].data["code"], "b");
  Reader from_the_oldest(net, "0");
  events = problems(from_the_oldest);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].data["code"], "a");
  Reader of_the_future(net, "18446744073709551615");
  EXPECT_TRUE(of_the_future.events().empty());
  problem("c");
  net.run_for(0s);
  EXPECT_EQ(of_the_future.events().size(), 1U) << "an id that was never given counts as the newest";
}

TEST_F(Events, SayWhereSomeWereMissed) {
  problem("a");
  Reader reader(net, "1");  // of an earlier run
  const auto blocks = reader.blocks();
  ASSERT_GE(blocks.size(), 2U);
  EXPECT_EQ(blocks[0], ": events were missed");
}

TEST_F(Events, KeepTheConnectionAlive) {
  Reader reader(net);
  net.run_for(16s);
  EXPECT_EQ(reader.blocks(), std::vector<std::string>{":"});
  net.run_for(60s);
  EXPECT_EQ(reader.blocks().size(), 4U);
  EXPECT_FALSE(reader.ended());
}

TEST_F(Events, EndWithTheReader) {
  Reader reader(net);
  reader.responder.client_gone_after = 0;
  net.run_for(14s);
  EXPECT_FALSE(reader.ended());
  net.run_for(2s);
  EXPECT_TRUE(reader.ended()) << "seen at the next heartbeat";
  EXPECT_FALSE(reader.responder.finished);
}

TEST_F(Events, DropAReaderThatIsTooSlow) {
  Reader reader(net);
  problem("first");
  net.run_for(0s);
  reader.events();
  async::Signal reads;
  reader.responder.gate = &reads;
  problem("taken");
  net.run_for(0s);
  for (std::size_t i = 0; i < events::EventLog::kMaxEvents + 1; ++i) problem("more");
  reader.responder.gate = nullptr;
  reads.notify_all();
  net.run_for(0s);
  EXPECT_TRUE(reader.ended());
  EXPECT_TRUE(reader.responder.aborted);
  EXPECT_EQ(reader.events().size(), 1U);
}

TEST_F(Events, AreBoundedInTheirReaders) {
  std::vector<std::unique_ptr<Reader>> readers;
  for (std::size_t i = 0; i < EventsHandler::kMaxStreams; ++i) {
    readers.push_back(std::make_unique<Reader>(net));
  }
  Reader refused(net);
  expect_problem(refused.responder, 503, "overloaded");
  EXPECT_EQ(refused.responder.field("Retry-After"), "5");
  readers.pop_back();
  Reader taken(net);
  EXPECT_EQ(taken.responder.status(), 200U);
}

TEST_F(Events, RefuseWhatTheyCannotTake) {
  for (const auto* id : {"x", "-1", "1 2", "18446744073709551616", "1.5"}) {
    expect_problem(net.call("GET", "/events", "", {{"Last-Event-ID", id}}), 400, "invalid_value",
                   "Last-Event-ID");
  }
  expect_problem(net.call("GET", "/events?since=1"), 400, "unknown_field", "since");
  expect_problem(net.call("POST", "/events"), 405, "method_not_allowed");
}

TEST_F(Events, TellEverythingOfEachKind) {
  Reader reader(net);
  NodeId node;
  node.bytes.fill(0xAB);
  const auto hex = node.hex();
  const ShardId shard;
  const FileId file;
  log().add(events::ShardLost{node, shard, file, 7, "rot"});
  log().add(events::ShardLost{node, shard, std::nullopt, std::nullopt, "failed_audit"});
  log().add(events::ShardRepaired{file, 7, shard, node, node, "rot"});
  log().add(events::Verdict{"aa", node, AgreementId{}, 5, "passed"});
  log().add(events::NodeState{node, events::NodeState::Kind::reputation, "good", "suspended"});
  log().add(events::NodeState{node, events::NodeState::Kind::presence, "live", "gone\nnow \xFF"});
  log().add(events::ProblemGone{"no_peers"});
  net.run_for(0s);
  const auto events = reader.events();
  ASSERT_EQ(events.size(), 7U);
  const auto expect = [&](std::size_t i, std::string_view kind, Json data) {
    EXPECT_EQ(events[i].kind, kind);
    auto got = events[i].data;
    got.erase("at");
    EXPECT_EQ(got, data);
  };
  const std::string no_shard(64, '0'), no_file(26, 'a');
  expect(0, "shard_lost",
         {{"holder", hex}, {"shard", no_shard}, {"file", no_file}, {"index", 7}, {"reason", "rot"}});
  expect(1, "shard_lost",
         {{"holder", hex},
          {"shard", no_shard},
          {"file", nullptr},
          {"index", nullptr},
          {"reason", "failed_audit"}});
  expect(
      2, "shard_repaired",
      {{"file", no_file}, {"index", 7}, {"shard", no_shard}, {"from", hex}, {"to", hex}, {"reason", "rot"}});
  expect(3, "verdict",
         {{"audit", "aa"},
          {"holder", hex},
          {"agreement", std::string(32, '0')},
          {"epoch", 5},
          {"outcome", "passed"}});
  expect(4, "node_state", {{"node", hex}, {"kind", "reputation"}, {"from", "good"}, {"to", "suspended"}});
  expect(5, "node_state",
         {{"node", hex}, {"kind", "presence"}, {"from", "live"}, {"to", "gone\nnow \uFFFD"}});
  expect(6, "problem_gone", {{"code", "no_peers"}});
}

TEST_F(Events, TellOfMoney) {
  Reader reader(net);
  const auto peer = net.node(0).identity.id();
  const auto at = from_unix_ms(1'767'225'600'000);
  const AgreementId agreement;
  log().add(events::Statement{agreement, 3, peer, "owner", at - 1h, at, "36893488147419103232", Msat{12},
                              "passed", "agreed"});
  log().add(events::Payment{"ab", "out", peer, agreement, Msat{100'000}, Msat{5}, "in_flight", "cd", ""});
  log().add(events::Payment{"ab", "in", peer, agreement, Msat{100'000}, Msat{}, "pending", "", "no \xFF"});
  log().add(events::Channel{peer, "02ab", "failed", 100'000, "", "refused"});
  net.run_for(0s);
  auto events = reader.events();
  ASSERT_EQ(events.size(), 4U);
  for (auto& event : events) event.data.erase("at");
  EXPECT_EQ(events[0].kind, "statement");
  EXPECT_EQ(events[0].data, Json({{"agreement", agreement.hex()},
                                  {"number", 3},
                                  {"peer", peer.hex()},
                                  {"role", "owner"},
                                  {"start", "2025-12-31T23:00:00.000Z"},
                                  {"end", "2026-01-01T00:00:00.000Z"},
                                  {"byte_seconds", "36893488147419103232"},
                                  {"amount_msat", 12},
                                  {"audit", "passed"},
                                  {"state", "agreed"}}));
  EXPECT_EQ(events[1].kind, "payment");
  EXPECT_EQ(events[1].data, Json({{"id", "ab"},
                                  {"direction", "out"},
                                  {"peer", peer.hex()},
                                  {"for", agreement.hex()},
                                  {"amount_msat", 100'000},
                                  {"fee_msat", 5},
                                  {"state", "in_flight"},
                                  {"payment_hash", "cd"},
                                  {"problem", nullptr}}));
  EXPECT_TRUE(events[2].data["payment_hash"].is_null());
  EXPECT_EQ(events[2].data["problem"], "no \uFFFD");
  EXPECT_EQ(events[3].kind, "channel");
  EXPECT_EQ(events[3].data, Json({{"peer", peer.hex()},
                                  {"lightning_key", "02ab"},
                                  {"state", "failed"},
                                  {"capacity_sat", 100'000},
                                  {"point", nullptr},
                                  {"why", "refused"}}));
}

}  // namespace
}  // namespace mycostr::api::test
