#include "async/budget.hpp"

#include "support/seeded_random.hpp"
#include "unit/async/loop.hpp"

namespace mycostr::async {
namespace {

using namespace std::chrono_literals;
using BudgetTest = LoopTest;

struct Record {
  std::vector<int> granted;
  std::uint64_t in_use = 0;
  std::uint64_t peak = 0;
};

struct Use {
  Record& record;
  std::uint64_t units;
  ~Use() { record.in_use -= units; }
};

Task<> hold(Clock& clock, Budget& budget, std::uint64_t units, Duration time, int name, Record& record) {
  const auto lease = co_await budget.take(units);
  record.granted.push_back(name);
  record.in_use += units;
  record.peak = std::max(record.peak, record.in_use);
  const Use use{record, units};
  co_await clock.sleep_for(time);
}

TEST_F(BudgetTest, LeasesGiveBackWhatTheyTook) {
  Budget budget(10);
  {
    auto [lease, granted] = budget.try_take(7);
    EXPECT_TRUE(granted);
    EXPECT_EQ(budget.free(), 3U);
    const auto moved = std::move(lease);
    EXPECT_EQ(budget.free(), 3U);
    EXPECT_FALSE(budget.try_take(4).second);
  }
  EXPECT_EQ(budget.free(), 10U);
}

TEST_F(BudgetTest, AssignedLeaseGivesBackTheOldOne) {
  Budget budget(10);
  auto lease = budget.try_take(4).first;
  lease = budget.try_take(5).first;
  EXPECT_EQ(budget.free(), 5U);
  lease = {};
  EXPECT_EQ(budget.free(), 10U);
}

TEST_F(BudgetTest, MoreThanTheTotalCountsAsTheTotal) {
  Budget budget(10);
  auto [lease, granted] = budget.try_take(UINT64_MAX);
  EXPECT_TRUE(granted);
  EXPECT_EQ(budget.free(), 0U);
}

TEST_F(BudgetTest, SmallWishesDoNotOvertakeALargeOne) {
  Budget budget(10);
  Record record;
  test::Started first(loop_, hold(clock_, budget, 6, 10s, 1, record));
  test::Started large(loop_, hold(clock_, budget, 8, 10s, 2, record));
  test::Started small(loop_, hold(clock_, budget, 2, 10s, 3, record));
  clock_.run_for(9s);
  EXPECT_EQ(record.granted, std::vector{1});
  EXPECT_FALSE(budget.try_take(1).second) << "somebody waits";
  clock_.run_for(2s);
  EXPECT_EQ(record.granted, (std::vector{1, 2, 3}));
  clock_.run();
  EXPECT_EQ(budget.free(), 10U);
}

TEST_F(BudgetTest, CancelledWaiterMakesRoomForTheNext) {
  Budget budget(10);
  Record record;
  test::Started first(loop_, hold(clock_, budget, 6, 10s, 1, record));
  test::Started large(loop_, hold(clock_, budget, 8, 10s, 2, record));
  test::Started small(loop_, hold(clock_, budget, 2, 10s, 3, record));
  clock_.run_for(1s);
  large.cancel();
  clock_.run_for(1s);
  EXPECT_TRUE(large.was_cancelled());
  EXPECT_EQ(record.granted, (std::vector{1, 3}));
  clock_.run();
  EXPECT_EQ(budget.free(), 10U);
}

TEST_F(BudgetTest, CancelledHolderGivesBack) {
  Budget budget(10);
  Record record;
  test::Started first(loop_, hold(clock_, budget, 10, 1h, 1, record));
  test::Started next(loop_, hold(clock_, budget, 1, 1s, 2, record));
  clock_.run_for(1s);
  first.cancel();
  clock_.run();
  EXPECT_TRUE(next.succeeded());
  EXPECT_LT(elapsed(), 1h);
}

TEST_F(BudgetTest, NeverLendsTooMuchNorLosesAnything) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    test::SeededRandom random(seed);
    Budget budget(100);
    Record record;
    std::vector<std::unique_ptr<test::Started>> tasks;
    for (int i = 0; i < 200; ++i) {
      const auto time = Duration(1ms) * random.below(100);
      tasks.push_back(
          std::make_unique<test::Started>(loop_, hold(clock_, budget, random.below(101), time, i, record)));
      if (random.chance(1, 4)) clock_.run_for(Duration(1ms) * random.below(50));
      if (random.chance(1, 3)) tasks[random.below(tasks.size())]->cancel();
    }
    clock_.run();
    for (const auto& task : tasks) EXPECT_TRUE(task->succeeded() || task->was_cancelled());
    EXPECT_LE(record.peak, 100U);
    EXPECT_GE(record.peak, 90U);
    EXPECT_EQ(budget.free(), 100U);
  }
}

}  // namespace
}  // namespace mycostr::async
