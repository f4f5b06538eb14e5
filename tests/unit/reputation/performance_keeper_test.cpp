#include "reputation/performance_keeper.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "support/memory_meta_store.hpp"
#include "support/started.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::reputation {
namespace {

using namespace std::chrono_literals;

NodeId node(std::uint8_t n) {
  NodeId id;
  id.bytes.fill(n);
  return id;
}

std::string row_of(const NodeId& id) {
  return "p/" + std::string(id.text());
}

class PerformanceKeeperTest : public testing::Test {
 protected:
  void call(PerformanceBook& book, std::uint8_t n, bool ok = true) {
    book.record_call(node(n), ok, 10ms, clock_.wall_now());
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::MemoryMetaStore store_;
};

TEST_F(PerformanceKeeperTest, WhatIsSavedIsThereAfterARestart) {
  PerformanceBook book;
  PerformanceKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  test::Started running(loop_, keeper.run());
  call(book, 1);
  call(book, 2, false);
  clock_.run_for(59s);
  EXPECT_TRUE(store_.rows().empty());
  clock_.run_for(1s);
  EXPECT_EQ(store_.rows().size(), 2U);

  PerformanceBook again;
  PerformanceKeeper second(clock_, store_, again);
  ASSERT_TRUE(clock_.run(second.open()));
  ASSERT_EQ(again.table().entries().size(), 2U);
  EXPECT_EQ(encode(*again.find(node(1))), encode(*book.find(node(1))));
  EXPECT_EQ(encode(*again.find(node(2))), encode(*book.find(node(2))));
  running.cancel();
  clock_.run();
  EXPECT_TRUE(running.was_cancelled());
}

TEST_F(PerformanceKeeperTest, SavesOnlyWhatChanged) {
  PerformanceBook book;
  PerformanceKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  test::Started running(loop_, keeper.run());
  call(book, 1);
  call(book, 2);
  clock_.run_for(60s);
  WriteBatch mark;
  mark.put(row_of(node(1)), "untouched");
  mark.put(row_of(node(2)), "untouched");
  store_.apply(std::move(mark));
  call(book, 2);
  clock_.run_for(60s);
  EXPECT_EQ(store_.rows().at(row_of(node(1))), "untouched");
  EXPECT_EQ(store_.rows().at(row_of(node(2))), encode(*book.find(node(2))));
  running.cancel();
  clock_.run();
}

TEST_F(PerformanceKeeperTest, DeletesTheRowsOfForgottenPeers) {
  PerformanceBook book(2);
  PerformanceKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  test::Started running(loop_, keeper.run());
  call(book, 1);
  call(book, 2);
  clock_.run_for(60s);
  call(book, 3);
  clock_.run_for(60s);
  EXPECT_EQ(store_.rows().size(), 2U);
  EXPECT_FALSE(store_.rows().contains(row_of(node(1))));
  call(book, 1);
  clock_.run_for(60s);
  EXPECT_TRUE(store_.rows().contains(row_of(node(1)))) << "and it may come back";
  EXPECT_EQ(store_.rows().size(), 2U);
  running.cancel();
  clock_.run();
}

TEST_F(PerformanceKeeperTest, SavesOnceMoreWhenItIsEnded) {
  PerformanceBook book;
  PerformanceKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  test::Started running(loop_, keeper.run());
  clock_.run_for(10s);
  call(book, 1);
  running.cancel();
  clock_.run();
  EXPECT_TRUE(running.was_cancelled());
  EXPECT_EQ(store_.rows().size(), 1U);
}

TEST_F(PerformanceKeeperTest, TriesAgainWhatCouldNotBeSaved) {
  PerformanceBook book(2);
  PerformanceKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  test::Started running(loop_, keeper.run());
  call(book, 1);
  clock_.run_for(60s);
  store_.set_broken(true);
  call(book, 2);
  call(book, 3);
  clock_.run_for(120s);
  EXPECT_EQ(store_.rows().size(), 1U);
  store_.set_broken(false);
  clock_.run_for(60s);
  EXPECT_EQ(store_.rows().size(), 2U);
  EXPECT_TRUE(store_.rows().contains(row_of(node(2))) && store_.rows().contains(row_of(node(3))));
  running.cancel();
  clock_.run();
}

TEST_F(PerformanceKeeperTest, BadRowsAreDeletedAndOthersLeftAlone) {
  PerformanceBook written;
  call(written, 1);
  WriteBatch batch;
  batch.put(row_of(node(1)), encode(*written.find(node(1))));
  batch.put(row_of(node(2)), "no row");
  batch.put("p/short", encode(*written.find(node(1))));
  batch.put("p", "another's");
  batch.put("q/", "another's");
  store_.apply(std::move(batch));
  PerformanceBook book;
  PerformanceKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  EXPECT_EQ(book.table().entries().size(), 1U);
  EXPECT_EQ(store_.rows().size(), 3U);
  EXPECT_TRUE(store_.rows().contains("p") && store_.rows().contains("q/"));
}

TEST_F(PerformanceKeeperTest, ManyRowsComeBackWithTheOldestFirstToGo) {
  WriteBatch batch;
  for (std::uint32_t n = 0; n < 2500; ++n) {
    NodeId id;
    std::memcpy(id.bytes.data(), &n, sizeof n);
    Performance peer;
    peer.first_seen = clock_.wall_now() - std::chrono::seconds(n);  // 2499 is the oldest
    batch.put(row_of(id), encode(peer));
  }
  store_.apply(std::move(batch));
  PerformanceBook book(2400);
  PerformanceKeeper keeper(clock_, store_, book);
  ASSERT_TRUE(clock_.run(keeper.open()));
  EXPECT_EQ(book.table().entries().size(), 2400U);
  NodeId newest;
  EXPECT_EQ(book.table().entries().front().node, newest);
  test::Started running(loop_, keeper.run());
  clock_.run_for(1h + 60s);
  EXPECT_EQ(store_.rows().size(), 2400U);
  EXPECT_TRUE(store_.rows().contains(row_of(newest)));
  running.cancel();
  clock_.run();
}

TEST_F(PerformanceKeeperTest, OpeningTellsOfABrokenStore) {
  store_.set_broken(true);
  PerformanceBook book;
  PerformanceKeeper keeper(clock_, store_, book);
  const auto opened = clock_.run(keeper.open());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::io);
}

}  // namespace
}  // namespace mycostr::reputation
