#include "async/offload.hpp"

#include <atomic>
#include <list>
#include <thread>

#include "async/thread_pool.hpp"
#include "support/inline_pool.hpp"
#include "unit/async/loop.hpp"

namespace mycostr::async {
namespace {

using namespace std::chrono_literals;

class OffloadTest : public LoopTest {
 protected:
  test::InlinePool pool_{loop_};
};

TEST_F(OffloadTest, GivesTheJobsValue) {
  EXPECT_EQ(clock_.run(offload(pool_, [] { return 42; })), 42);
  auto owned = clock_.run(offload(pool_, [] { return std::make_unique<int>(7); }));
  EXPECT_EQ(*owned, 7);
}

TEST_F(OffloadTest, TakesJobsThatOwnTheirData) {
  auto data = std::make_unique<std::string>("shard");
  EXPECT_EQ(clock_.run(offload(pool_, [data = std::move(data)] { return data->size(); })), 5U);
}

TEST_F(OffloadTest, TakesJobsWithoutAValue) {
  int runs = 0;
  clock_.run(offload(pool_, [&runs] { ++runs; }));
  EXPECT_EQ(runs, 1);
}

TEST_F(OffloadTest, RethrowsTheJobsException) {
  EXPECT_THROW(clock_.run(offload(pool_, []() -> int { throw std::runtime_error("disk"); })),
               std::runtime_error);
  EXPECT_THROW(clock_.run(offload(pool_, [] { throw std::logic_error("bug"); })), std::logic_error);
}

/// Keeps jobs until the test runs them.
class HeldPool final : public WorkerPool {
 public:
  void post(std::move_only_function<void()> job) override { jobs.push_back(std::move(job)); }
  std::vector<std::move_only_function<void()>> jobs;
};

Task<> offload_then_sleep(WorkerPool& pool, Clock& clock, std::string& out) {
  std::string local = "frame";
  out = co_await offload(pool, [&local] { return local + " alive"; });
  co_await clock.sleep_for(1s);
  out = "not reached";
}

TEST_F(OffloadTest, CancellationWaitsForTheJob) {
  HeldPool held;
  std::string out;
  test::Started task(loop_, offload_then_sleep(held, clock_, out));
  clock_.run();
  ASSERT_EQ(held.jobs.size(), 1U);
  task.cancel();
  clock_.run();
  EXPECT_FALSE(task.ended()) << "the job may still use the frame";
  held.jobs[0]();
  clock_.run();
  EXPECT_EQ(out, "frame alive");
  EXPECT_TRUE(task.was_cancelled());
}

Task<> compute_on(WorkerPool& pool, int rounds, std::thread::id loop_thread, int& sum) {
  for (int i = 0; i < rounds; ++i) {
    const auto [value, thread] =
        co_await offload(pool, [i] { return std::pair(i, std::this_thread::get_id()); });
    EXPECT_NE(thread, loop_thread);
    EXPECT_EQ(std::this_thread::get_id(), loop_thread);
    sum += value;
  }
}

TEST(ThreadPool, RunsJobsElsewhereAndResumesOnTheLoop) {
  boost::asio::io_context loop;
  ThreadPool pool("test-pool", 3);
  int sum = 0;
  std::list<test::Started> tasks;
  for (int t = 0; t < 8; ++t)
    tasks.emplace_back(loop, compute_on(pool, 200, std::this_thread::get_id(), sum));
  loop.run();
  for (const auto& task : tasks) EXPECT_TRUE(task.succeeded());
  EXPECT_EQ(sum, 8 * 199 * 200 / 2);
}

TEST(ThreadPool, RunsWhatIsQueuedBeforeItGoes) {
  std::atomic<int> runs = 0;
  {
    ThreadPool pool("a name longer than fifteen", 1);
    for (int i = 0; i < 100; ++i) pool.post([&runs] { ++runs; });
  }
  EXPECT_EQ(runs, 100);
}

}  // namespace
}  // namespace mycostr::async
