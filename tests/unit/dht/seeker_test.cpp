#include "dht/seeker.hpp"

#include <algorithm>
#include <list>
#include <set>

#include "support/started.hpp"
#include "support/virtual_clock.hpp"
#include "unit/dht/records.hpp"

namespace mycostr::dht {
namespace {

using namespace std::chrono_literals;

class SeekerTest : public testing::Test {
 protected:
  SeekerTest() {
    seeker_.wanted = [this] { return wanted_; };
  }

  void TearDown() override {
    if (!running_) return;
    running_->cancel();
    clock_.run_for(1s);
    EXPECT_TRUE(running_->was_cancelled());
  }

  void start() { running_.emplace(loop_, seeker_.run()); }
  Task<bool> find(NodeId id) {
    searches_.push_back(id);
    ++under_way_;
    most_at_once_ = std::max(most_at_once_, under_way_);
    co_await clock_.sleep_for(takes_);
    --under_way_;
    if (there_.contains(id)) appear(id);
    co_return there_.contains(id);
  }
  void appear(const NodeId& id) {
    for (const auto& identity : identities_) {
      if (identity.id() != id) continue;
      auto record = record_of(identity);
      record.expires = clock_.wall_now() + 12h;
      ASSERT_TRUE(directory_.learn(encode_record(record, identity), clock_.wall_now()));
    }
    directory_.answered(id, std::nullopt, clock_.now(), clock_.wall_now());
  }
  NodeId add() { return identities_.emplace_back(random_.make<crypto::Identity::Seed>()).id(); }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::SeededRandom random_{100};
  std::list<crypto::Identity> identities_;
  std::vector<NodeId> wanted_;
  std::set<NodeId> there_;  ///< those that a search finds
  std::vector<NodeId> searches_;
  Duration takes_ = 2s;
  std::size_t under_way_ = 0;
  std::size_t most_at_once_ = 0;
  Directory directory_{identity_of(1).id(), kNetwork};
  Seeker seeker_{loop_.get_executor(), clock_, directory_, [this](NodeId id) { return find(id); }};
  std::optional<test::Started> running_;
};

TEST_F(SeekerTest, FindsWhoIsOutOfSight) {
  const auto near = add();
  const auto far = add();
  appear(near);
  wanted_ = {near, far};
  there_ = {far};
  start();
  clock_.run_for(10min);
  EXPECT_EQ(searches_, std::vector{far});
  EXPECT_NE(directory_.find(far), nullptr);
}

TEST_F(SeekerTest, LooksEverLessOftenForWhoIsGone) {
  wanted_ = {add()};
  start();
  clock_.run_for(16min);
  EXPECT_EQ(searches_.size(), 5U) << "after 0, 1, 3, 7 and 15 minutes";
  clock_.run_for(30 * 24h);
  EXPECT_GE(searches_.size(), 5U + 6U + 55U);
  EXPECT_LE(searches_.size(), 5U + 6U + 60U);
}

TEST_F(SeekerTest, GivesASilentOneAMoment) {
  const auto node = add();
  appear(node);
  wanted_ = {node};
  start();
  directory_.failed(node, clock_.now());
  clock_.run_for(30s);
  directory_.answered(node, std::nullopt, clock_.now(), clock_.wall_now());
  clock_.run_for(10min);
  EXPECT_TRUE(searches_.empty());
  directory_.failed(node, clock_.now());
  clock_.run_for(2min);
  EXPECT_EQ(searches_.size(), 1U);
}

TEST_F(SeekerTest, SearchesForFewAtOnce) {
  for (int i = 0; i < 20; ++i) wanted_.push_back(add());
  start();
  clock_.run_for(30s);
  EXPECT_EQ(most_at_once_, Seeker::kSearchesAtOnce);
  EXPECT_EQ(std::set(searches_.begin(), searches_.end()).size(), 20U);
}

TEST_F(SeekerTest, ASearchThatNeverEndsKeepsNobodyWaiting) {
  for (int i = 0; i < 8; ++i) wanted_.push_back(add());
  takes_ = 24h;
  start();
  clock_.run_for(50s);
  EXPECT_EQ(std::set(searches_.begin(), searches_.end()).size(), 8U);
}

TEST_F(SeekerTest, SeveralWhoSeekTheSameShareASearch) {
  const auto node = add();
  there_ = {node};
  start();
  clock_.run_for(1s);
  const test::Started first(loop_, seeker_.seek(node));
  const test::Started second(loop_, seeker_.seek(node));
  clock_.run_for(1s);
  EXPECT_FALSE(first.ended());
  clock_.run_for(2s);
  EXPECT_TRUE(first.ended());
  EXPECT_TRUE(second.ended());
  EXPECT_EQ(searches_.size(), 1U);
  clock_.run(seeker_.seek(node));
  EXPECT_EQ(searches_.size(), 1U) << "it is in sight";
}

TEST_F(SeekerTest, WhoSeeksInVainIsToldSo) {
  const auto node = add();
  start();
  clock_.run_for(1s);
  for (int i = 0; i < 3; ++i) clock_.run(seeker_.seek(node));
  EXPECT_EQ(searches_.size(), 1U) << "the last search has just ended";
  clock_.run_for(1min);
  clock_.run(seeker_.seek(node));
  EXPECT_EQ(searches_.size(), 2U);
}

TEST_F(SeekerTest, NobodyWaitsForOneThatDoesNotRun) {
  clock_.run(seeker_.seek(add()));
  EXPECT_TRUE(searches_.empty());
}

}  // namespace
}  // namespace mycostr::dht
