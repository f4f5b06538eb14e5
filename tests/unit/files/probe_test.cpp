// Who is asked before a shard goes to it, and what a dead holder costs.
#include "files/probe.hpp"

#include <gtest/gtest.h>

#include <map>

#include "files/candidates.hpp"
#include "files/store_service.hpp"
#include "support/inline_pool.hpp"
#include "support/memory_meta_store.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "wire/messages.hpp"

namespace mycostr::files {
namespace {

using namespace std::chrono_literals;

enum class Mood { answers, dead, full, ignorant };

crypto::Identity::Seed seed_of(std::uint64_t number) {
  return test::SeededRandom(number).make<crypto::Identity::Seed>();
}

/// Holders 100 ms away.
class Holders final : public Transport {
 public:
  Holders(Clock& clock, NodeId owner) : clock_(clock), owner_(owner) {}

  Task<Result<PeerReply>> call(PeerAddress to, PeerCall call, CallLimits limits) override {
    ++calls[call.operation];
    auto& holder = holders.at(*to.id);
    holder.bytes += call.body.size();
    if (holder.mood == Mood::dead) {
      co_await clock_.sleep_for(limits.connect);
      co_return fail(Errc::unreachable, "nobody answers");
    }
    co_await clock_.sleep_for(100ms);
    if (holder.mood == Mood::full) co_return fail(Errc::full, "no space");
    if (call.operation == wire::operations::kPutShard) co_return receipt(*holder.identity, call);
    if (holder.mood == Mood::ignorant) co_return fail(Errc::not_found, "no such operation");
    co_return PeerReply{};
  }
  void serve(PeerHandler&) override {}
  std::size_t connection_count() const override { return 0; }

  struct Holder {
    std::unique_ptr<crypto::Identity> identity;
    Mood mood = Mood::answers;
    std::size_t bytes = 0;  ///< of bodies that went to it
  };
  std::map<NodeId, Holder> holders;
  std::map<std::string, int> calls;

 private:
  PeerReply receipt(const crypto::Identity& holder, const PeerCall& call) const {
    const auto put = wire::decode_put_shard(call.message);
    const wire::Receipt word{owner_, holder.public_key(), put->shard, {call.body.size()}, clock_.wall_now()};
    return {wire::encode_receipt(word, holder), {}, {}};
  }

  Clock& clock_;
  const NodeId owner_;
};

class Content final : public ByteSource {
 public:
  explicit Content(Bytes bytes) : bytes_(std::move(bytes)) {}
  Task<Result<std::size_t>> read(MutableBytes out) override {
    const auto count = std::min(out.size(), bytes_.size() - at_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), count, out.begin());
    at_ += count;
    co_return count;
  }

 private:
  const Bytes bytes_;
  std::size_t at_ = 0;
};

class ProbeTest : public testing::Test {
 protected:
  ProbeTest() {
    context_.settings.chunk_size = kChunk;
    context_.settings.call = {5s, 15s, 300s};
    for (std::uint64_t i = 1; i <= 8; ++i) add(i);
  }
  /// A holder in a subnet of its own, believed to live.
  void add(std::uint64_t seed) {
    auto identity = std::make_unique<crypto::Identity>(seed_of(seed));
    wire::NodeRecord record;
    record.seq = 1;
    record.public_key = identity->public_key();
    record.endpoints = {{"192.0." + std::to_string(seed) + ".1", 4081}};
    record.is_holder = true;
    record.location = "DE";
    record.capacity = record.free = 1_GiB;
    record.expires = clock_.wall_now() + 12h;
    record.network_id = "test";
    ASSERT_TRUE(directory_.learn(wire::encode_record(record, *identity), clock_.wall_now()));
    ids_.push_back(identity->id());
    transport_.holders[ids_.back()].identity = std::move(identity);
  }
  Mood& mood(std::size_t holder) { return transport_.holders.at(ids_[holder]).mood; }
  std::size_t bytes_to(std::size_t holder) { return transport_.holders.at(ids_[holder]).bytes; }
  std::vector<NodeId> pick(std::size_t copies, std::vector<NodeId> held = {},
                           std::vector<NodeId> former = {}) {
    const placement::Eligible eligible(candidates(context_), {self_.id(), {}, {kChunk}}, {});
    const auto began = clock_.now();
    auto out = clock_.run(
        pick_answering(context_, eligible, {copies, std::move(held), {kChunk}, std::move(former)}, failed_));
    took_ = clock_.now() - began;
    return out;
  }
  int offers() { return std::exchange(transport_.calls[wire::operations::kOfferShard], 0); }
  bool store(std::size_t size) {
    Content source(random_.bytes(size));
    const auto began = clock_.now();
    const bool done = clock_.run(store_.store(StoreOptions(), source)).has_value();
    took_ = clock_.now() - began;
    return done;
  }

  static constexpr std::size_t kChunk = 16 * kLeafSize;
  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::SeededRandom random_{1};
  test::InlinePool pool_{loop_};
  crypto::Identity self_{seed_of(100)};
  Holders transport_{clock_, self_.id()};
  crypto::Keystore keystore_{crypto::Keystore::MasterKey{}};
  dht::Directory directory_{self_.id(), "test"};
  reputation::PerformanceBook performance_;
  reputation::ScoreBook scores_{1h};
  async::Budget memory_{16 << 20};
  Context context_{loop_.get_executor(),
                   clock_,
                   random_,
                   pool_,
                   transport_,
                   directory_,
                   performance_,
                   scores_,
                   nullptr,
                   self_,
                   keystore_,
                   memory_,
                   {},
                   [] { return std::optional<placement::Location>(); }};
  test::MemoryMetaStore meta_;
  agreement::JoinQueue joins_{meta_};
  Catalog catalog_{meta_, joins_};
  StoreService store_{context_, catalog_};
  std::vector<NodeId> ids_;
  std::vector<NodeId> failed_;
  Duration took_{};
};

TEST_F(ProbeTest, AllAreAskedAtOnce) {
  EXPECT_EQ(pick(5).size(), 5U);
  EXPECT_EQ(offers(), 5);
  EXPECT_EQ(took_, 100ms);
  EXPECT_TRUE(failed_.empty());
}

TEST_F(ProbeTest, WhoTookAShardWithinTheLastMinuteIsNotAsked) {
  for (const auto& id : ids_) {
    performance_.record_transfer(id, reputation::Direction::up, {kChunk}, 1s, true, clock_.wall_now());
  }
  clock_.run_for(59s);
  EXPECT_EQ(pick(5).size(), 5U);
  EXPECT_EQ(offers(), 0);
  EXPECT_EQ(took_, 0s);
  clock_.run_for(1s);
  EXPECT_EQ(pick(5).size(), 5U);
  EXPECT_EQ(offers(), 5);
}

TEST_F(ProbeTest, WhoHasFailedSinceIsAsked) {
  for (const auto& id : ids_) {
    performance_.record_transfer(id, reputation::Direction::down, {kChunk}, 1s, true, clock_.wall_now());
    clock_.run_for(10ms);
    performance_.record_call(id, false, std::nullopt, clock_.wall_now());
  }
  pick(5);
  EXPECT_EQ(offers(), 5);
}

TEST_F(ProbeTest, TheDeadAreReplacedAndNotAskedAgain) {
  for (const std::size_t i : {0, 1, 2, 3}) mood(i) = Mood::dead;
  const auto holders = pick(4);
  ASSERT_EQ(holders.size(), 4U);
  for (const auto& id : holders) EXPECT_EQ(transport_.holders.at(id).mood, Mood::answers);
  EXPECT_LE(took_, 9s);
  for (const auto& id : failed_) {
    EXPECT_EQ(transport_.holders.at(id).mood, Mood::dead);
    EXPECT_FALSE(directory_.is_live(id));
  }
  const auto asked = failed_.size();
  EXPECT_GE(asked, 1U);
  EXPECT_EQ(offers(), static_cast<int>(4 + asked));
}

TEST_F(ProbeTest, TheFullAreReplacedWithoutBlame) {
  for (const std::size_t i : {0, 1, 2, 3}) mood(i) = Mood::full;
  for (const auto& id : pick(4)) EXPECT_EQ(transport_.holders.at(id).mood, Mood::answers);
  for (const auto& id : failed_) EXPECT_TRUE(directory_.is_live(id));
  EXPECT_EQ(performance_.find(ids_[0]), nullptr);
}

TEST_F(ProbeTest, AnAnswerThatKnowsNothingIsAnAnswer) {
  for (std::size_t i = 0; i < 8; ++i) mood(i) = Mood::ignorant;
  EXPECT_EQ(pick(5).size(), 5U);
  EXPECT_TRUE(failed_.empty());
}

TEST_F(ProbeTest, WhereNobodyAnswersThoseChosenStand) {
  for (std::size_t i = 0; i < 8; ++i) mood(i) = Mood::dead;
  const auto holders = pick(3);
  EXPECT_EQ(holders.size(), 3U);
  EXPECT_LE(took_, 9s);
  for (const auto& id : holders) EXPECT_EQ(std::ranges::count(failed_, id), 0);
}

TEST_F(ProbeTest, WhoHoldsTheChunkIsNotPicked) {
  mood(7) = Mood::dead;
  const std::vector<NodeId> held(ids_.begin(), ids_.begin() + 5);
  for (const auto& id : pick(2, held)) EXPECT_EQ(std::ranges::count(held, id), 0);
  EXPECT_TRUE(pick(4, held).size() < 4);
}

TEST_F(ProbeTest, WhoMayHaveTheShardAlreadyIsNotPickedEvenWhereNobodyElseAnswers) {
  for (std::size_t i = 0; i < 8; ++i) mood(i) = Mood::dead;
  const std::vector<NodeId> former(ids_.begin(), ids_.begin() + 6);
  const auto holders = pick(2, {}, former);
  EXPECT_EQ(holders.size(), 2U);
  for (const auto& id : holders) EXPECT_EQ(std::ranges::count(former, id), 0);
  EXPECT_TRUE(pick(3, {}, former).size() < 3);
}

TEST_F(ProbeTest, AHolderThatIsDeadButBelievedToLiveCostsNoTransfer) {
  for (const std::size_t i : {0, 2, 4}) mood(i) = Mood::dead;
  for (int file = 0; file < 5; ++file) EXPECT_TRUE(store(10 * kChunk));
  for (const std::size_t i : {0, 2, 4}) EXPECT_EQ(bytes_to(i), 0U) << i;
  for (const std::size_t i : {1, 3, 5}) EXPECT_GT(bytes_to(i), 0U) << i;
}

TEST_F(ProbeTest, ASmallFileCostsOneRoundTripMoreOnceAndThenNone) {
  ASSERT_TRUE(store(100));
  EXPECT_EQ(took_, 200ms);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(store(100));
  offers();
  ASSERT_TRUE(store(100));
  EXPECT_EQ(offers(), 0);
  EXPECT_EQ(took_, 100ms);
}

}  // namespace
}  // namespace mycostr::files
