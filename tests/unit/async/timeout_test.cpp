#include "async/timeout.hpp"

#include <boost/asio/this_coro.hpp>

#include "async/signal.hpp"
#include "unit/async/loop.hpp"

namespace mycostr::async {
namespace {

using namespace std::chrono_literals;
using TimeoutTest = LoopTest;

/// Counts the tasks whose frames are alive.
struct Alive {
  int& count;
  explicit Alive(int& counter) : count(counter) { ++count; }
  ~Alive() { --count; }
};

Task<> sleep(Clock& clock, Duration time, int& alive) {
  const Alive self(alive);
  co_await clock.sleep_for(time);
}

Task<> sleep_and_throw(Clock& clock, Duration time) {
  co_await clock.sleep_for(time);
  throw std::runtime_error("work failed");
}

TEST_F(TimeoutTest, TaskInTimeEndsTheWait) {
  int alive = 0;
  EXPECT_TRUE(clock_.run(finish_within(clock_, sleep(clock_, 10ms, alive), 300ms)));
  EXPECT_EQ(elapsed(), 10ms);
  EXPECT_EQ(clock_.sleepers(), 0U) << "the limit's timer has gone";
}

TEST_F(TimeoutTest, LateTaskIsCancelledAndHasEnded) {
  int alive = 0;
  EXPECT_FALSE(clock_.run(finish_within(clock_, sleep(clock_, 1h, alive), 300ms)));
  EXPECT_EQ(elapsed(), 300ms);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(TimeoutTest, ExceptionComesAtOnce) {
  EXPECT_THROW(clock_.run(finish_within(clock_, sleep_and_throw(clock_, 10ms), 300ms)), std::runtime_error);
  EXPECT_EQ(elapsed(), 10ms);
}

Task<> note(Task<bool> inner, std::optional<bool>& in_time) {
  in_time = co_await std::move(inner);
}

TEST_F(TimeoutTest, CancellationGoesOnToTheTask) {
  int alive = 0;
  std::optional<bool> in_time;
  test::Started task(loop_, note(finish_within(clock_, sleep(clock_, 1h, alive), 2h), in_time));
  clock_.run_for(1min);
  EXPECT_EQ(alive, 1);
  task.cancel();
  clock_.run_for(0s);
  EXPECT_TRUE(task.was_cancelled());
  EXPECT_FALSE(in_time);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(clock_.sleepers(), 0U);
}

Task<> clean_up_slowly(Clock& clock, int& alive) {
  const Alive self(alive);
  std::exception_ptr stopped;
  try {
    co_await clock.sleep_for(1h);
  } catch (...) {
    stopped = std::current_exception();
  }
  co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  co_await clock.sleep_for(5s);
  if (stopped) std::rethrow_exception(stopped);
}

TEST_F(TimeoutTest, WaitsForTheCleaningUp) {
  int alive = 0;
  EXPECT_FALSE(clock_.run(finish_within(clock_, clean_up_slowly(clock_, alive), 1s)));
  EXPECT_EQ(elapsed(), 6s);
  EXPECT_EQ(alive, 0);
}

Task<> fail_when_cancelled(Clock& clock) {
  try {
    co_await clock.sleep_for(1h);
  } catch (const std::exception&) {
    throw std::logic_error("failed while stopping");
  }
}

TEST_F(TimeoutTest, FailureWhileStoppingIsNotHidden) {
  EXPECT_THROW(clock_.run(finish_within(clock_, fail_when_cancelled(clock_), 1s)), std::logic_error);
}

TEST_F(TimeoutTest, AtTheSameMomentTheEarlierTimerDecides) {
  int alive = 0;
  EXPECT_TRUE(clock_.run(finish_within(clock_, sleep(clock_, 10ms, alive), 10ms)));
  struct Twice {
    static Task<> sleep(Clock& clock) {
      co_await clock.sleep_for(4ms);
      co_await clock.sleep_for(6ms);
    }
  };
  EXPECT_FALSE(clock_.run(finish_within(clock_, Twice::sleep(clock_), 10ms)));
}

/// A clock whose sleeps end when the test says so, in the very turn it says so.
class ManualClock final : public Clock {
 public:
  SteadyTime now() const override { return {}; }
  WallTime wall_now() const override { return {}; }
  Task<> sleep_for(Duration) override { co_await passed.wait(); }
  Signal passed;
};

Task<Result<int>> answer_after(Signal& done) {
  co_await done.wait();
  co_return 42;
}

Task<> keep(Task<Result<int>> inner, std::optional<Result<int>>& out) {
  out = co_await std::move(inner);
}

TEST_F(TimeoutTest, TaskThatEndsInTheTurnOfItsTimeoutIsInTime) {
  for (const bool timer_first : {false, true}) {
    SCOPED_TRACE(timer_first);
    ManualClock manual;
    Signal done;
    std::optional<Result<int>> result;
    test::Started task(loop_, keep(with_timeout(manual, answer_after(done), 1s, "answer"), result));
    clock_.run();
    ASSERT_TRUE(manual.passed.has_waiters() && done.has_waiters());
    in_one_turn([&] {
      if (timer_first) manual.passed.notify_one();
      done.notify_one();
      manual.passed.notify_one();
    });
    ASSERT_TRUE(task.succeeded());
    EXPECT_EQ(result.value(), 42);
  }
}

TEST_F(TimeoutTest, CancellationInTheTurnOfTheTimeoutEndsIt) {
  for (const bool timer_first : {false, true}) {
    SCOPED_TRACE(timer_first);
    ManualClock manual;
    Signal done;
    std::optional<Result<int>> result;
    test::Started task(loop_, keep(with_timeout(manual, answer_after(done), 1s, "answer"), result));
    clock_.run();
    in_one_turn([&] {
      if (timer_first) manual.passed.notify_one();
      task.cancel();
      manual.passed.notify_one();
    });
    EXPECT_TRUE(task.ended());
    EXPECT_FALSE(done.has_waiters());
    EXPECT_FALSE(manual.passed.has_waiters());
  }
}

Task<Result<std::string>> give(Clock& clock, Duration time, Result<std::string> result) {
  co_await clock.sleep_for(time);
  co_return result;
}

TEST_F(TimeoutTest, WithTimeoutPassesResultsOn) {
  EXPECT_EQ(clock_.run(with_timeout(clock_, give(clock_, 1s, "shard"), 2s, "get")).value(), "shard");
  const auto failed =
      clock_.run(with_timeout(clock_, give(clock_, 1s, fail(Errc::full, "none left")), 2s, "get"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::full);
  const auto late = clock_.run(with_timeout(clock_, give(clock_, 3s, "shard"), 2s, "get"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::timeout);
  EXPECT_EQ(late.error().detail, "get");
}

TEST_F(TimeoutTest, TheShorterOfTwoNestedLimitsHolds) {
  const auto nested = [this](Duration inner, Duration outer) {
    const auto start = clock_.now();
    const auto result = clock_.run(with_timeout(
        clock_, with_timeout(clock_, give(clock_, 1h, "shard"), inner, "inner"), outer, "outer"));
    return std::pair(result.error().detail, clock_.now() - start);
  };
  EXPECT_EQ(nested(1s, 5s), std::pair(std::string("inner"), Duration(1s)));
  EXPECT_EQ(nested(5s, 1s), std::pair(std::string("outer"), Duration(1s)));
}

}  // namespace
}  // namespace mycostr::async
