#include "support/memory_meta_store.hpp"

#include <gtest/gtest.h>

#include "support/virtual_clock.hpp"

namespace mycostr::test {
namespace {

class MemoryMetaStoreTest : public testing::Test {
 protected:
  boost::asio::io_context loop_;
  VirtualClock clock_{loop_};
  MemoryMetaStore store_;

  void put(std::initializer_list<const char*> keys) {
    WriteBatch batch;
    for (const auto* key : keys) batch.put(key, std::string("value of ") + key);
    ASSERT_TRUE(clock_.run(store_.commit(std::move(batch), Durability::synced)));
  }
  std::string scan(ScanRequest request) {
    std::string keys;
    for (const auto& row : clock_.run(store_.scan(std::move(request))).value()) keys += row.key + " ";
    return keys;
  }
};

TEST_F(MemoryMetaStoreTest, AppliesChangesInOrder) {
  WriteBatch batch;
  batch.put("a", "1");
  batch.erase("a");
  batch.put("b", "1");
  batch.put("b", "2");
  ASSERT_TRUE(clock_.run(store_.commit(std::move(batch), Durability::synced)));
  EXPECT_EQ(clock_.run(store_.get("a")).value(), std::nullopt);
  EXPECT_EQ(clock_.run(store_.get("b")).value(), "2");
}

TEST_F(MemoryMetaStoreTest, ScansAPrefixInPagesBothWays) {
  put({"a/1", "b/1", "b/2", "b/3", "b/4", "b\xff", "c/1"});
  EXPECT_EQ(scan({"b/", "", 10, false}), "b/1 b/2 b/3 b/4 ");
  EXPECT_EQ(scan({"b/", "", 3, false}), "b/1 b/2 b/3 ");
  EXPECT_EQ(scan({"b/", "b/2", 10, false}), "b/3 b/4 ");
  EXPECT_EQ(scan({"b/", "b/2x", 10, false}), "b/3 b/4 ");
  EXPECT_EQ(scan({"b/", "a", 10, false}), "b/1 b/2 b/3 b/4 ");
  EXPECT_EQ(scan({"b/", "c", 10, false}), "");
  EXPECT_EQ(scan({"b/", "", 3, true}), "b/4 b/3 b/2 ");
  EXPECT_EQ(scan({"b/", "b/3", 10, true}), "b/2 b/1 ");
  EXPECT_EQ(scan({"b/", "c", 10, true}), "b/4 b/3 b/2 b/1 ");
  EXPECT_EQ(scan({"b/", "a", 10, true}), "");
  EXPECT_EQ(scan({"", "", 2, true}), "c/1 b\xff ");
  EXPECT_EQ(scan({"b\xff", "", 2, true}), "b\xff ");
  EXPECT_EQ(scan({"d", "", 2, false}), "");
}

TEST_F(MemoryMetaStoreTest, FailsOnDemandAndChangesNothing) {
  put({"a"});
  store_.set_broken(true);
  WriteBatch batch;
  batch.erase("a");
  EXPECT_EQ(clock_.run(store_.commit(std::move(batch), Durability::synced)).error().code, Errc::io);
  EXPECT_EQ(clock_.run(store_.get("a")).error().code, Errc::io);
  EXPECT_EQ(clock_.run(store_.scan({})).error().code, Errc::io);
  store_.set_broken(false);
  EXPECT_EQ(scan({}), "a ");
}

}  // namespace
}  // namespace mycostr::test
