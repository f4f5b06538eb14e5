#include "files/deletion_queue.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace mycostr::files {
namespace {

using namespace std::chrono_literals;

class DeletionQueueTest : public testing::Test {
 protected:
  bool look(const std::set<NodeId>& there, SteadyTime now = SteadyTime(1h)) {
    return queue_.look([&](const NodeId& id) { return there.contains(id); }, now);
  }

  test::SeededRandom random_{1};
  const FileId file_ = random_.make<FileId>();
  const FileId other_ = random_.make<FileId>();
  const NodeId near_ = random_.make<NodeId>();
  const NodeId far_ = random_.make<NodeId>();
  DeletionQueue queue_;
};

TEST_F(DeletionQueueTest, GivesEachOnce) {
  queue_.add(file_);
  queue_.add(file_);
  EXPECT_TRUE(queue_.has_due());
  EXPECT_EQ(queue_.take(), file_);
  EXPECT_EQ(queue_.take(), std::nullopt);
  EXPECT_TRUE(queue_.is_working());
  queue_.done(file_);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(DeletionQueueTest, WhatIsAddedWhileInWorkIsDueAfterwards) {
  queue_.add(file_);
  queue_.take();
  queue_.add(file_);
  EXPECT_EQ(queue_.take(), std::nullopt);
  queue_.wait(file_, {far_}, {});
  EXPECT_EQ(queue_.take(), file_);
  queue_.done(file_);
  EXPECT_FALSE(look({far_}));
  EXPECT_TRUE(queue_.empty());
}

TEST_F(DeletionQueueTest, WhatFailedIsDueAtTheNextLook) {
  queue_.add(file_);
  queue_.take();
  queue_.failed(file_);
  EXPECT_FALSE(queue_.has_due());
  EXPECT_FALSE(queue_.empty());
  EXPECT_TRUE(look({}));
  EXPECT_EQ(queue_.take(), file_);
}

TEST_F(DeletionQueueTest, WaitsForAHolder) {
  for (const auto& file : {file_, other_}) {
    queue_.add(file);
    queue_.take();
  }
  queue_.wait(file_, {near_, far_}, SteadyTime(10s));
  queue_.wait(other_, {far_}, SteadyTime(20s));
  EXPECT_FALSE(look({}));
  EXPECT_TRUE(look({near_}, SteadyTime(9s))) << "it is there";
  EXPECT_FALSE(queue_.has_due()) << "it has just been asked";
  EXPECT_TRUE(look({near_}, SteadyTime(10s)));
  EXPECT_EQ(queue_.take(), file_);
  EXPECT_EQ(queue_.take(), std::nullopt);
  queue_.wait(file_, {far_}, SteadyTime(30s));
  EXPECT_FALSE(look({near_}));
  EXPECT_TRUE(look({far_}, SteadyTime(25s)));
  EXPECT_EQ(queue_.take(), other_);
  queue_.done(other_);
  EXPECT_TRUE(look({far_}, SteadyTime(30s)));
  EXPECT_EQ(queue_.take(), file_);
  queue_.done(file_);
  EXPECT_TRUE(queue_.empty());
}

}  // namespace
}  // namespace mycostr::files
