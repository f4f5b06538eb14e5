#include "async/task_group.hpp"

#include <boost/asio/this_coro.hpp>

#include "base/log.hpp"
#include "unit/async/loop.hpp"

namespace mycostr::async {
namespace {

using namespace std::chrono_literals;

class TaskGroupTest : public LoopTest {
 protected:
  TaskGroup group_{loop_.get_executor(), "test"};
  int started_ = 0;
  int finished_ = 0;

  Task<> work(Duration time) {
    ++started_;
    co_await clock_.sleep_for(time);
    ++finished_;
  }
};

TEST_F(TaskGroupTest, JoinWaitsForAll) {
  group_.spawn(work(1s));
  group_.spawn(work(3s));
  group_.spawn(work(2s));
  EXPECT_EQ(group_.size(), 3U);
  EXPECT_EQ(started_, 0) << "tasks start at the next turn";
  clock_.run(group_.join());
  EXPECT_EQ(finished_, 3);
  EXPECT_EQ(group_.size(), 0U);
  EXPECT_EQ(elapsed(), 3s);
}

TEST_F(TaskGroupTest, JoinOfAnEmptyGroupReturns) {
  clock_.run(group_.join());
  EXPECT_EQ(elapsed(), 0s);
}

Task<> spawn_more(TaskGroup& group, Clock& clock, int depth) {
  co_await clock.sleep_for(1s);
  if (depth > 0) group.spawn(spawn_more(group, clock, depth - 1));
}

TEST_F(TaskGroupTest, JoinWaitsForWhatTasksSpawn) {
  group_.spawn(spawn_more(group_, clock_, 4));
  clock_.run(group_.join());
  EXPECT_EQ(elapsed(), 5s);
}

TEST_F(TaskGroupTest, CancelEndsWhatRunsAndTakesNewTasks) {
  for (int i = 0; i < 10; ++i) group_.spawn(work(1h));
  clock_.run_for(1s);
  group_.cancel();
  group_.spawn(work(1s));
  clock_.run(group_.join());
  EXPECT_EQ(started_, 11);
  EXPECT_EQ(finished_, 1);
  EXPECT_EQ(elapsed(), 2s);
}

TEST_F(TaskGroupTest, CancelReachesTasksThatHaveNotStarted) {
  group_.spawn(work(1h));
  group_.cancel();
  clock_.run(group_.join());
  EXPECT_EQ(finished_, 0);
  EXPECT_EQ(elapsed(), 0s);
}

Task<> end_all_of(TaskGroup& group, Clock& clock) {
  try {
    co_await clock.sleep_for(1h);
  } catch (const std::exception&) {
  }
  group.cancel();
}

TEST_F(TaskGroupTest, CancelMayBeCalledByWhatItCancels) {
  for (int i = 0; i < 10; ++i) group_.spawn(end_all_of(group_, clock_));
  group_.spawn(work(1h));
  clock_.run_for(1s);
  group_.cancel();
  clock_.run(group_.join());
  EXPECT_EQ(finished_, 0);
  EXPECT_EQ(elapsed(), 1s);
}

TEST_F(TaskGroupTest, CloseDropsLaterTasks) {
  group_.spawn(work(1h));
  clock_.run_for(1s);
  clock_.run(group_.close());
  EXPECT_EQ(elapsed(), 1s);
  group_.spawn(work(1s));
  EXPECT_EQ(group_.size(), 0U);
  clock_.run();
  EXPECT_EQ(started_, 1);
}

Task<> stop_slowly(Clock& clock, bool& stopped) {
  try {
    co_await clock.sleep_for(1h);
  } catch (const std::exception&) {
  }
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  co_await clock.sleep_for(5s);
  stopped = true;
}

TEST_F(TaskGroupTest, CancelledJoinStillAwaitsTheTasks) {
  bool stopped = false;
  group_.spawn(stop_slowly(clock_, stopped));
  group_.spawn(work(1h));
  test::Started join(loop_, group_.join());
  clock_.run_for(1s);
  join.cancel();
  clock_.run_for(4s);
  EXPECT_FALSE(join.ended());
  EXPECT_EQ(group_.size(), 1U);
  clock_.run_for(2s);
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(join.was_cancelled());
  EXPECT_EQ(group_.size(), 0U);
}

std::vector<std::string> logged;

Task<> fail_at_once() {
  throw std::runtime_error("out of luck");
  co_return;
}

TEST_F(TaskGroupTest, FailureOfOneIsLoggedAndLeavesTheOthers) {
  logged.clear();
  set_log_sink(
      [](LogLevel, std::string_view component, std::string_view line) {
        logged.push_back(std::string(component) + ": " + std::string(line));
      },
      LogLevel::warn);
  group_.spawn(fail_at_once());
  group_.spawn(work(1s));
  group_.spawn(work(1h));
  clock_.run_for(2s);
  clock_.run(group_.close());
  set_log_sink(nullptr, LogLevel::warn);
  EXPECT_EQ(finished_, 1);
  ASSERT_EQ(logged.size(), 1U) << "a cancellation is no failure";
  EXPECT_TRUE(logged[0].starts_with("test: ") && logged[0].ends_with("out of luck")) << logged[0];
}

}  // namespace
}  // namespace mycostr::async
