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
  queue_.wait(file_, {far_});
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
  queue_.wait(file_, {near_, far_});
  queue_.wait(other_, {far_});
  EXPECT_EQ(queue_.awaited().size(), 2);
  EXPECT_FALSE(look({}));
  EXPECT_TRUE(look({near_}));
  EXPECT_EQ(queue_.take(), file_);
  EXPECT_EQ(queue_.take(), std::nullopt);
  queue_.wait(file_, {far_});
  EXPECT_EQ(queue_.awaited(), std::vector{far_});
  EXPECT_FALSE(look({near_}));
  EXPECT_TRUE(look({far_}));
  EXPECT_TRUE(queue_.take());
  EXPECT_TRUE(queue_.take());
  queue_.done(file_);
  queue_.done(other_);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(DeletionQueueTest, AsksWhoRefusesEverLessOften) {
  queue_.add(file_);
  queue_.take();
  auto now = SteadyTime(1h);
  queue_.refused(near_, now);
  queue_.refused(near_, now);  // for another file, asked for at the same time
  queue_.wait(file_, {near_});
  EXPECT_FALSE(queue_.may_ask(near_, now));
  EXPECT_TRUE(queue_.may_ask(far_, now));
  EXPECT_TRUE(look({near_}, now)) << "it is there";
  EXPECT_FALSE(queue_.has_due()) << "but has just been asked";
  now += DeletionQueue::kFirstPause;
  EXPECT_TRUE(look({near_}, now));
  EXPECT_TRUE(queue_.has_due());
  queue_.refused(near_, now);
  EXPECT_FALSE(queue_.may_ask(near_, now + DeletionQueue::kFirstPause));
  for (int i = 0; i < 20; ++i) queue_.refused(near_, now += DeletionQueue::kLongestPause);
  EXPECT_TRUE(queue_.may_ask(near_, now + DeletionQueue::kLongestPause));
  queue_.confirmed(near_);
  EXPECT_TRUE(queue_.may_ask(near_, now));
}

}  // namespace
}  // namespace mycostr::files
