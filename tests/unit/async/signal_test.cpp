#include "async/signal.hpp"

#include "unit/async/loop.hpp"

namespace mycostr::async {
namespace {

using SignalTest = LoopTest;

Task<> wait_and_tell(Signal& signal, int name, std::vector<int>& woken) {
  co_await signal.wait();
  woken.push_back(name);
}

TEST_F(SignalTest, WakesTheOneThatWaitedLongest) {
  Signal signal;
  std::vector<int> woken;
  test::Started first(loop_, wait_and_tell(signal, 1, woken));
  test::Started second(loop_, wait_and_tell(signal, 2, woken));
  clock_.run();
  signal.notify_one();
  EXPECT_TRUE(woken.empty()) << "waiters resume in a turn of their own";
  clock_.run();
  EXPECT_EQ(woken, std::vector{1});
  signal.notify_one();
  clock_.run();
  EXPECT_EQ(woken, (std::vector{1, 2}));
  EXPECT_FALSE(signal.has_waiters());
}

TEST_F(SignalTest, ForgetsANotifyThatNobodyWaitedFor) {
  Signal signal;
  signal.notify_one();
  signal.notify_all();
  std::vector<int> woken;
  test::Started task(loop_, wait_and_tell(signal, 1, woken));
  clock_.run();
  EXPECT_FALSE(task.ended());
  signal.notify_one();
  clock_.run();
  EXPECT_TRUE(task.ended());
}

Task<> wait_twice(Signal& signal, int& wakes) {
  co_await signal.wait();
  ++wakes;
  co_await signal.wait();
  ++wakes;
}

TEST_F(SignalTest, NotifyAllWakesThoseThatWaitNow) {
  Signal signal;
  int wakes = 0;
  test::Started first(loop_, wait_twice(signal, wakes));
  test::Started second(loop_, wait_twice(signal, wakes));
  clock_.run();
  signal.notify_all();
  clock_.run();
  EXPECT_EQ(wakes, 2);
  signal.notify_all();
  clock_.run();
  EXPECT_EQ(wakes, 4);
  EXPECT_TRUE(first.succeeded() && second.succeeded());
}

TEST_F(SignalTest, CancelledWaiterLeavesTheOthersTheirTurn) {
  Signal signal;
  std::vector<int> woken;
  test::Started first(loop_, wait_and_tell(signal, 1, woken));
  test::Started second(loop_, wait_and_tell(signal, 2, woken));
  clock_.run();
  in_one_turn([&] {
    first.cancel();
    signal.notify_one();
  });
  EXPECT_TRUE(first.was_cancelled());
  EXPECT_EQ(woken, std::vector{2});
}

TEST_F(SignalTest, NotifyBeforeCancellationCounts) {
  Signal signal;
  std::vector<int> woken;
  test::Started task(loop_, wait_and_tell(signal, 1, woken));
  clock_.run();
  in_one_turn([&] {
    signal.notify_one();
    task.cancel();
  });
  EXPECT_TRUE(task.succeeded());
  EXPECT_EQ(woken, std::vector{1});
}

TEST_F(SignalTest, MayGoOnceItsWaitersHaveGone) {
  auto signal = std::make_unique<Signal>();
  std::vector<int> woken;
  test::Started task(loop_, wait_and_tell(*signal, 1, woken));
  clock_.run();
  in_one_turn([&] {
    signal->notify_one();
    signal.reset();
    task.cancel();  // must not reach for the signal
  });
  EXPECT_TRUE(task.succeeded());
}

}  // namespace
}  // namespace mycostr::async
