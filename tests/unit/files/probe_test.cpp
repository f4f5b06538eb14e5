// Who is asked before a shard goes to it, and what a dead holder costs.
#include "files/probe.hpp"

#include "files/candidates.hpp"
#include "unit/files/holders_test.hpp"

namespace mycostr::files {
namespace {

class ProbeTest : public HoldersTest {
 protected:
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

  std::vector<NodeId> failed_;
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
