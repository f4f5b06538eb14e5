#include "support/virtual_clock.hpp"

#include <gtest/gtest.h>

#include <list>

#include "async/signal.hpp"
#include "support/started.hpp"

namespace mycostr::test {
namespace {

using namespace std::chrono_literals;

class VirtualClockTest : public testing::Test {
 protected:
  boost::asio::io_context loop_;
  VirtualClock clock_{loop_};
  std::vector<std::pair<int, Duration>> events_;

  Task<> sleep(int name, Duration time) {
    co_await clock_.sleep_for(time);
    events_.emplace_back(name, clock_.now().time_since_epoch());
  }
};

TEST_F(VirtualClockTest, JumpsFromTimerToTimer) {
  Started slow(loop_, sleep(1, 24h));
  Started fast(loop_, sleep(2, 5s));
  clock_.run();
  EXPECT_EQ(events_, (std::vector<std::pair<int, Duration>>{{2, 5s}, {1, 24h}}));
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(VirtualClockTest, CallsInTheOrderOfTimeAndNeverInThePast) {
  std::vector<std::pair<int, Duration>> calls;
  const auto note = [&](int name) { calls.emplace_back(name, clock_.now().time_since_epoch()); };
  clock_.run_for(1s);
  clock_.call_at(clock_.now() + 2s, [&] { note(3); });
  clock_.call_at(SteadyTime(), [&] {
    note(1);
    clock_.call_at(clock_.now() + 1s, [&] { note(2); });
  });
  clock_.run_for(2s);
  EXPECT_EQ(calls, (std::vector<std::pair<int, Duration>>{{1, 1s}, {2, 2s}, {3, 3s}}));
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(VirtualClockTest, KeepsTheOrderOfTimersDueTogether) {
  std::list<Started> tasks;
  for (int i = 0; i < 10; ++i) tasks.emplace_back(loop_, sleep(i, i % 2 == 0 ? 1s : 1000ms));
  clock_.run();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(events_[static_cast<std::size_t>(i)], std::pair(i, Duration(1s)));
}

TEST_F(VirtualClockTest, ZeroAndLessReturnAtOnce) {
  Started zero(loop_, sleep(1, 0s));
  Started negative(loop_, sleep(2, -1h));
  clock_.run();
  EXPECT_EQ(events_, (std::vector<std::pair<int, Duration>>{{1, 0s}, {2, 0s}}));
}

TEST_F(VirtualClockTest, RunForIncludesItsEnd) {
  Started at_end(loop_, sleep(1, 10s));
  Started later(loop_, sleep(2, 10s + 1ns));
  clock_.run_for(10s);
  EXPECT_EQ(events_.size(), 1U);
  EXPECT_EQ(clock_.now().time_since_epoch(), 10s);
  clock_.run_for(5s);
  EXPECT_EQ(events_.size(), 2U);
  EXPECT_EQ(clock_.now().time_since_epoch(), 15s);
}

TEST_F(VirtualClockTest, EndlessSleepsDoNotOverflow) {
  Started task(loop_, sleep(1, 1s));
  clock_.run();
  Started endless(loop_, sleep(2, Duration::max()));
  clock_.run_for(24h);
  EXPECT_FALSE(endless.ended());
  endless.cancel();
  clock_.run();
  EXPECT_TRUE(endless.was_cancelled());
  EXPECT_EQ(clock_.now().time_since_epoch(), 24h + 1s);
}

TEST_F(VirtualClockTest, CancelledSleepEndsAtOnce) {
  Started task(loop_, sleep(1, 1h));
  Started other(loop_, sleep(2, 2h));
  clock_.run_for(1min);
  task.cancel();
  clock_.run_for(0s);
  EXPECT_EQ(clock_.sleepers(), 1U);
  EXPECT_TRUE(task.was_cancelled());
  clock_.run();
  EXPECT_TRUE(other.succeeded());
}

TEST_F(VirtualClockTest, WallClockGoesAlongAndJumps) {
  const auto start = clock_.wall_now();
  EXPECT_EQ(to_rfc3339(start), "2026-01-01T00:00:00.000Z");
  clock_.run_for(90s);
  EXPECT_EQ(clock_.wall_now() - start, 90s);
  clock_.shift_wall(-1h);
  EXPECT_EQ(clock_.wall_now() - start, 90s - 1h);
  EXPECT_EQ(clock_.now().time_since_epoch(), 90s);
}

Task<int> answer_in(Clock& clock, Duration time) {
  co_await clock.sleep_for(time);
  co_return 42;
}

TEST_F(VirtualClockTest, RunGivesATasksResultAndGoesNoFurther) {
  Started other(loop_, sleep(1, 1h));
  EXPECT_EQ(clock_.run(answer_in(clock_, 10min)), 42);
  EXPECT_EQ(clock_.now().time_since_epoch(), 10min);
  EXPECT_FALSE(other.ended());
}

TEST_F(VirtualClockTest, RunTellsThatATaskIsStuck) {
  async::Signal nobody_notifies;
  EXPECT_THROW(clock_.run(nobody_notifies.wait()), std::logic_error);
  nobody_notifies.notify_all();
  clock_.run();
}

TEST_F(VirtualClockTest, TasksThatSleepMayBeLeftBehind) {
  Started task(loop_, sleep(1, 1h));
  clock_.run_for(1s);
  EXPECT_EQ(clock_.sleepers(), 1U);  // and goes with the clock
}

}  // namespace
}  // namespace mycostr::test
