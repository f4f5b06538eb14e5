#include "reputation/score_keeper.hpp"

#include <gtest/gtest.h>

#include "nodes.hpp"
#include "support/memory_meta_store.hpp"
#include "support/started.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::reputation {
namespace {

using namespace std::chrono_literals;

std::string row_of(std::uint32_t n) {
  return "r/" + std::string(node(n).text());
}

class ScoreKeeperTest : public testing::Test {
 protected:
  void audit(ScoreBook& book, std::uint32_t n, AuditOutcome outcome) {
    book.record_audit(node(n), outcome, clock_.wall_now());
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::MemoryMetaStore store_;
};

TEST_F(ScoreKeeperTest, PassesAreSavedWithinTheMinuteFailuresAtOnce) {
  ScoreBook book(kPeriod);
  ScoreKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  test::Started running(loop_, keeper.run());
  audit(book, 1, AuditOutcome::passed);
  clock_.run_for(59s);
  EXPECT_TRUE(store_.rows().empty());
  clock_.run_for(1s);
  EXPECT_EQ(store_.rows().size(), 1U);
  audit(book, 2, AuditOutcome::failed);
  clock_.run_for(0s);
  EXPECT_TRUE(store_.rows().contains(row_of(2)));

  ScoreBook again(kPeriod);
  ScoreKeeper second(clock_, store_, again);
  ASSERT_TRUE(clock_.run(second.open()));
  ASSERT_EQ(again.table().size(), 2U);
  EXPECT_EQ(encode(*again.find(node(2))), encode(*book.find(node(2))));
  running.cancel();
  clock_.run();
  EXPECT_TRUE(running.was_cancelled());
}

TEST_F(ScoreKeeperTest, WhatIsUrgentBeforeItRunsIsSavedWhenItDoes) {
  ScoreBook book(kPeriod);
  ScoreKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  audit(book, 1, AuditOutcome::failed);
  test::Started running(loop_, keeper.run());
  clock_.run_for(0s);
  EXPECT_EQ(store_.rows().size(), 1U);
  running.cancel();
  clock_.run();
}

TEST_F(ScoreKeeperTest, ABrokenStoreIsTriedAgainLaterNotAtOnce) {
  ScoreBook book(kPeriod);
  ScoreKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  test::Started running(loop_, keeper.run());
  store_.set_broken(true);
  audit(book, 1, AuditOutcome::failed);
  clock_.run_for(30s);
  store_.set_broken(false);
  EXPECT_TRUE(store_.rows().empty());
  clock_.run_for(31s);
  EXPECT_EQ(store_.rows().size(), 1U);
  running.cancel();
  clock_.run();
}

TEST_F(ScoreKeeperTest, ForgottenAndReadmittedNodesLeaveTheDisk) {
  ScoreBook book(kPeriod);
  ScoreKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  test::Started running(loop_, keeper.run());
  audit(book, 1, AuditOutcome::passed);
  for (int i = 0; i < 6; ++i) audit(book, 2, AuditOutcome::failed);
  clock_.run_for(60s);
  EXPECT_EQ(store_.rows().size(), 2U);
  book.reset(node(2));
  clock_.run_for(0s);
  EXPECT_FALSE(store_.rows().contains(row_of(2)));
  clock_.shift_wall(std::chrono::days(91));
  clock_.run_for(1h + 60s);
  EXPECT_TRUE(store_.rows().empty());
  running.cancel();
  clock_.run();
}

TEST_F(ScoreKeeperTest, SavesOnceMoreWhenItIsEnded) {
  ScoreBook book(kPeriod);
  ScoreKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  test::Started running(loop_, keeper.run());
  clock_.run_for(10s);
  audit(book, 1, AuditOutcome::passed);
  running.cancel();
  clock_.run();
  EXPECT_TRUE(running.was_cancelled());
  EXPECT_EQ(store_.rows().size(), 1U);
}

TEST_F(ScoreKeeperTest, BadRowsAreDeletedAndTheTypicalStepIsKnownAgain) {
  WriteBatch batch;
  for (std::uint32_t n = 1; n <= 5; ++n) {
    Score score;
    for (int i = 0; i < 3; ++i) score.add_step(10ms);
    batch.put(row_of(n), encode(score));
  }
  batch.put(row_of(9), "no row");
  batch.put("r/short", encode(Score()));
  batch.put("s/", "another's");
  store_.apply(std::move(batch));
  ScoreBook book(kPeriod);
  ScoreKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  EXPECT_EQ(book.table().size(), 5U);
  EXPECT_EQ(store_.rows().size(), 6U);
  EXPECT_EQ(book.explain(node(1), 1, kNow).typical_step, 10ms);
}

}  // namespace
}  // namespace mycostr::reputation
