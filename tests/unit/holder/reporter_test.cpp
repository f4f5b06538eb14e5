#include "holder/reporter.hpp"

#include "support/local_request.hpp"
#include "unit/holder/machine.hpp"
#include "wire/upkeep.hpp"

namespace mycostr::holder {
namespace {

using namespace std::chrono_literals;

const Endpoint kUsual{"192.0.2.1", 4081};
const Endpoint kMoved{"192.0.2.2", 4081};

/// Nodes answer as the test says.
class ScriptedTransport final : public Transport {
 public:
  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits) override {
    calls.push_back({*to.id, to.endpoints.front(), call.message});
    EXPECT_EQ(call.operation, wire::operations::kLostShards);
    co_return answer(calls.back().endpoint);
  }
  void serve(PeerHandler&) override {}
  std::size_t connection_count() const override { return 0; }

  struct Call {
    NodeId to;
    Endpoint endpoint;
    Bytes message;
  };
  std::vector<Call> calls;
  std::function<Result<PeerReply>(const Endpoint&)> answer = [](const Endpoint&) { return PeerReply{}; };
};

class ReporterTest : public Machine {
 protected:
  ~ReporterTest() override { end(); }
  void begin() { running_ = std::make_unique<test::Started>(loop_, reporter_.run()); }
  void end() {
    if (!running_) return;
    running_->cancel();
    clock_.run();
    EXPECT_TRUE(running_->was_cancelled());
    running_.reset();
  }
  void meet_owner() {
    wire::NodeRecord record;
    record.seq = 1;
    record.public_key = owner_.public_key();
    record.endpoints = {kUsual};
    record.expires = clock_.wall_now() + 12h;
    record.network_id = "sim";
    ASSERT_TRUE(directory_.learn(wire::encode_record(record, owner_), clock_.wall_now()));
  }
  ShardKey lose() {
    const ShardKey key{owner_.id(), random_.make<ShardId>()};
    EXPECT_TRUE(clock_.run(lost_.take_out(key)));
    return key;
  }
  std::size_t rows() const { return meta_.rows().size(); }
  Task<std::optional<PeerAddress>> pointer(NodeId id) {
    ++searches_;
    if (!pointer_) co_return std::nullopt;
    co_return PeerAddress{id, {*pointer_}};
  }

  const crypto::Identity holder_ = identity_of(1);
  const crypto::Identity owner_ = identity_of(2);
  std::optional<Endpoint> pointer_;
  std::size_t searches_ = 0;
  LeafHashes leaf_hashes_{meta_};
  LostShards lost_{clock_, meta_, chunks_, leaf_hashes_};
  ScriptedTransport transport_;
  dht::Directory directory_{holder_.id(), "sim"};
  Reporter reporter_{loop_.get_executor(), clock_, transport_, holder_, directory_, lost_, [this](NodeId id) {
                       return pointer(id);
                     }};
  std::unique_ptr<test::Started> running_;
};

std::unexpected<Error> silence() {
  return fail(Errc::unreachable, "nobody there");
}

TEST_F(ReporterTest, TellsTheOwnerAtOnce) {
  meet_owner();
  const auto early = lose();
  begin();
  clock_.run_for(1s);
  ASSERT_EQ(transport_.calls.size(), 1U);
  const auto report = wire::decode_lost_shards(transport_.calls[0].message);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->owner, owner_.id());
  EXPECT_EQ(report->holder(), holder_.id());
  EXPECT_EQ(report->shards, std::vector{early.shard});
  EXPECT_EQ(transport_.calls[0].to, owner_.id());
  EXPECT_EQ(rows(), 0U);
  const auto late = lose();
  clock_.run_for(1s);
  ASSERT_EQ(transport_.calls.size(), 2U);
  EXPECT_EQ(wire::decode_lost_shards(transport_.calls[1].message)->shards, std::vector{late.shard});
  clock_.run_for(24h);
  EXPECT_EQ(transport_.calls.size(), 2U);
  EXPECT_EQ(searches_, 0U);
}

TEST_F(ReporterTest, IsIdleWhenAllHaveBeenTold) {
  meet_owner();
  begin();
  clock_.run_for(1s);
  EXPECT_EQ(clock_.sleepers(), 0U);
  lose();
  clock_.run_for(10s);
  EXPECT_EQ(rows(), 0U);
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(ReporterTest, TriesEverMoreSeldomUntilTheOwnerAnswers) {
  meet_owner();
  transport_.answer = [](const Endpoint&) { return silence(); };
  lose();
  begin();
  clock_.run_for(29s);
  EXPECT_EQ(transport_.calls.size(), 1U);
  clock_.run_for(6s);
  EXPECT_EQ(transport_.calls.size(), 2U);
  clock_.run_for(24h);
  EXPECT_NEAR(static_cast<double>(transport_.calls.size()), 2 + 6 + 23, 3);
  EXPECT_EQ(searches_, transport_.calls.size()) << "perhaps it lives elsewhere by now";
  EXPECT_EQ(rows(), 1U);
  transport_.answer = [](const Endpoint&) { return PeerReply{}; };
  clock_.run_for(1h + 10s);
  EXPECT_EQ(rows(), 0U);
}

TEST_F(ReporterTest, FindsAnOwnerThatItHasNeverMet) {
  pointer_ = kMoved;
  lose();
  begin();
  clock_.run_for(1s);
  ASSERT_EQ(transport_.calls.size(), 1U);
  EXPECT_EQ(transport_.calls[0].to, owner_.id());
  EXPECT_EQ(transport_.calls[0].endpoint, kMoved);
  EXPECT_EQ(rows(), 0U);
}

TEST_F(ReporterTest, FindsAnOwnerThatHasMoved) {
  meet_owner();
  pointer_ = kMoved;
  transport_.answer = [](const Endpoint& at) -> Result<PeerReply> {
    if (at == kUsual) return silence();
    return PeerReply{};
  };
  lose();
  begin();
  clock_.run_for(1s);
  EXPECT_EQ(transport_.calls.size(), 2U);
  EXPECT_EQ(searches_, 1U);
  EXPECT_EQ(rows(), 0U);
  EXPECT_FALSE(directory_.is_live(owner_.id()));
}

TEST_F(ReporterTest, AnOwnerThatSaysNoIsNotSearchedFor) {
  meet_owner();
  pointer_ = kMoved;
  transport_.answer = [](const Endpoint&) { return fail(Errc::overloaded, "later"); };
  lose();
  begin();
  clock_.run_for(10s);
  EXPECT_EQ(searches_, 0U);
  EXPECT_EQ(rows(), 1U);
  EXPECT_TRUE(directory_.is_live(owner_.id()));
  transport_.answer = [](const Endpoint&) { return PeerReply{}; };
  clock_.run_for(30s);
  EXPECT_EQ(rows(), 0U);
}

TEST_F(ReporterTest, TellsOfThousandsOneMessageAfterTheOther) {
  meet_owner();
  for (std::size_t i = 0; i < 2 * wire::kMaxShardsPerReport + 1; ++i) lose();
  begin();
  clock_.run_for(15s);
  EXPECT_EQ(transport_.calls.size(), 3U);
  EXPECT_EQ(rows(), 0U);
}

class TakingReports : public ReporterTest {
 protected:
  TakingReports() {
    reporter_.on_reported = [this](NodeId holder, std::vector<ShardId> shards) {
      return take(holder, std::move(shards));
    };
  }
  Task<Result<void>> take(NodeId holder, std::vector<ShardId> shards) {
    co_await clock_.sleep_for(1s);
    if (outcome_) taken_.emplace_back(holder, std::move(shards));
    co_return outcome_;
  }
  /// What the reporter of holder_ answers to a report by `sender` that says what `change` makes of it.
  Result<PeerReply> receive(const crypto::Identity& sender,
                            std::function<void(wire::LostShards&)> change = {}) {
    wire::LostShards report{holder_.id(), sender.public_key(), {shard_}, clock_.wall_now()};
    if (change) change(report);
    return receive_message(sender, wire::encode_lost_shards(report, sender));
  }
  Result<PeerReply> receive_message(const crypto::Identity& sender, Bytes message) {
    test::LocalRequest request({sender.id(), sender.public_key()},
                               {wire::operations::kLostShards, std::move(message), {}});
    return clock_.run(reporter_.handle_lost(request));
  }

  const ShardId shard_ = random_.make<ShardId>();
  Result<void> outcome_;
  std::vector<std::pair<NodeId, std::vector<ShardId>>> taken_;
};

TEST_F(TakingReports, PassesThemOn) {
  EXPECT_TRUE(receive(owner_));
  const auto expected = std::pair(owner_.id(), std::vector{shard_});
  EXPECT_EQ(taken_, std::vector{expected});
}

TEST_F(TakingReports, RefusesWhatIsNotTheCallersWord) {
  EXPECT_EQ(receive_message(owner_, {1, 2, 3}).error().code, Errc::invalid);
  const auto of_another = [&](auto& report) { report.owner = owner_.id(); };
  EXPECT_EQ(receive(owner_, of_another).error().code, Errc::forbidden);
  const wire::LostShards stolen{holder_.id(), owner_.public_key(), {shard_}, clock_.wall_now()};
  const auto thief = identity_of(3);
  EXPECT_EQ(receive_message(thief, wire::encode_lost_shards(stolen, owner_)).error().code, Errc::forbidden);
  EXPECT_EQ(receive_message(owner_, wire::encode_lost_shards(stolen, thief)).error().code, Errc::invalid);
  EXPECT_TRUE(taken_.empty());
}

TEST_F(TakingReports, TellsTheHolderWhatFailed) {
  outcome_ = fail(Errc::io, "the disk is full");
  EXPECT_EQ(receive(owner_).error().code, Errc::io);
  outcome_ = {};
  EXPECT_TRUE(receive(owner_));
}

TEST_F(TakingReports, TakesOneAtATimeOfEachHolder) {
  const auto message =
      wire::encode_lost_shards({holder_.id(), owner_.public_key(), {shard_}, clock_.wall_now()}, owner_);
  test::LocalRequest first({owner_.id(), owner_.public_key()}, {wire::operations::kLostShards, message, {}});
  std::optional<Result<PeerReply>> answer;
  test::Started taking(loop_, [](Reporter& reporter, PeerRequest& request, auto& out) -> Task<> {
    out = co_await reporter.handle_lost(request);
  }(reporter_, first, answer));
  clock_.run_for(500ms);
  EXPECT_EQ(receive(owner_).error().code, Errc::overloaded);
  clock_.run_for(1s);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(*answer);
  EXPECT_TRUE(receive(owner_));
}

TEST_F(TakingReports, WaitsUntilSomebodyListens) {
  reporter_.on_reported = nullptr;
  EXPECT_EQ(receive(owner_).error().code, Errc::overloaded);
}

}  // namespace
}  // namespace mycostr::holder
