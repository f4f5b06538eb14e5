#include "events/event_log.hpp"

#include <gtest/gtest.h>

#include "events/problem_watch.hpp"
#include "support/memory_meta_store.hpp"
#include "support/started.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::events {
namespace {

using namespace std::chrono_literals;

class EventLogTest : public testing::Test {
 protected:
  EventLogTest() { EXPECT_TRUE(clock_.run(log_.open())); }

  void add(std::string code) { log_.add(Problem{std::move(code), "detail"}); }
  /// "a b c": codes of the events after `id`; "-" before those that are gone.
  std::string codes_after(std::uint64_t id, std::size_t limit = 100) {
    const auto page = log_.after(id, limit);
    std::string out = page.has_gap ? "- " : "";
    for (const auto& event : page.events) out += std::get<Problem>(event.body).code + " ";
    return out;
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::MemoryMetaStore store_;
  EventLog log_{clock_, store_};
};

TEST_F(EventLogTest, GivesWhatCameAfterAnId) {
  const auto before = log_.last_id();
  EXPECT_EQ(codes_after(before), "");
  add("a");
  clock_.run_for(1h);
  add("b");
  EXPECT_EQ(log_.last_id(), before + 2);
  EXPECT_EQ(codes_after(before), "a b ");
  EXPECT_EQ(codes_after(before, 1), "a ");
  EXPECT_EQ(codes_after(before + 1), "b ");
  EXPECT_EQ(codes_after(before + 2), "");
  EXPECT_EQ(codes_after(0), "a b ") << "from the oldest one on, nothing is missed";
  EXPECT_EQ(codes_after(UINT64_MAX), "") << "an id that was never given";
  const auto page = log_.after(0, 2);
  EXPECT_EQ(page.events[0].id, before + 1);
  EXPECT_EQ(page.events[1].id, before + 2);
  EXPECT_EQ(page.events[1].at, clock_.wall_now());
  EXPECT_EQ(page.events[1].at - page.events[0].at, 1h);
}

TEST_F(EventLogTest, KeepsTheLastOnesAndTellsOfTheGap) {
  const auto first = log_.last_id() + 1;
  for (std::size_t i = 0; i < EventLog::kMaxEvents + 3; ++i) add(std::to_string(i));
  EXPECT_EQ(log_.after(0, SIZE_MAX).events.size(), EventLog::kMaxEvents);
  EXPECT_EQ(codes_after(0, 1), "3 ");
  EXPECT_EQ(codes_after(first, 1), "- 3 ");
  EXPECT_EQ(codes_after(first + 1, 1), "- 3 ");
  EXPECT_EQ(codes_after(first + 2, 1), "3 ") << "the one before is the last that is gone";
  EXPECT_EQ(codes_after(first + 3, 1), "4 ");
  EXPECT_EQ(codes_after(log_.last_id() - 1), "10002 ");
}

TEST_F(EventLogTest, IdsGrowOverRestarts) {
  add("a");
  const auto before = log_.last_id();
  EventLog again(clock_, store_);
  ASSERT_TRUE(clock_.run(again.open()));
  EXPECT_GT(again.last_id(), before);
  EXPECT_TRUE(again.after(before, 10).has_gap) << "what came after it in the earlier run is not known";
  again.add(Problem{"b", ""});
  const auto page = again.after(before, 10);
  EXPECT_TRUE(page.has_gap);
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_GT(page.events[0].id, before);
}

TEST_F(EventLogTest, ReadersWaitForWhatComes) {
  const auto before = log_.last_id();
  test::Started first(loop_, log_.wait_beyond(before));
  test::Started second(loop_, log_.wait_beyond(before + 1));
  clock_.run_for(1h);
  EXPECT_FALSE(first.ended());
  add("a");
  clock_.run();
  EXPECT_TRUE(first.ended());
  EXPECT_FALSE(second.ended());
  second.cancel();
  clock_.run();
  EXPECT_TRUE(second.was_cancelled());
  test::Started late(loop_, log_.wait_beyond(before));
  clock_.run();
  EXPECT_TRUE(late.ended()) << "it is there already";
}

TEST_F(EventLogTest, OpeningFailsWithTheStore) {
  EventLog log(clock_, store_);
  store_.set_broken(true);
  EXPECT_EQ(clock_.run(log.open()).error().code, Errc::io);
  store_.set_broken(false);
  for (const auto& bad :
       {std::string(), std::string("short"), std::string(9, '\0'), std::string(8, '\xFF')}) {
    WriteBatch batch;
    batch.put("e/run", bad);
    store_.apply(std::move(batch));
    EXPECT_EQ(clock_.run(log.open()).error().code, Errc::corrupt);
  }
}

TEST_F(EventLogTest, KindsAreNamed) {
  EXPECT_EQ(kind_of(ShardLost{}), "shard_lost");
  EXPECT_EQ(kind_of(ShardRepaired{}), "shard_repaired");
  EXPECT_EQ(kind_of(Verdict{}), "verdict");
  EXPECT_EQ(kind_of(NodeState{}), "node_state");
  EXPECT_EQ(kind_of(Problem{}), "problem");
  EXPECT_EQ(kind_of(ProblemGone{}), "problem_gone");
  EXPECT_EQ(kind_of(Statement{}), "statement");
  EXPECT_EQ(kind_of(Payment{}), "payment");
  EXPECT_EQ(kind_of(Channel{}), "channel");
}

TEST_F(EventLogTest, ProblemsComeAndGo) {
  ProblemWatch watch(log_);
  const auto look = [&](std::vector<Problem> problems) {
    const auto before = log_.last_id();
    watch.look(problems);
    std::string out;
    for (const auto& event : log_.after(before, 100).events) {
      const auto* began = std::get_if<Problem>(&event.body);
      out += began ? "+" + began->code + ":" + began->detail + " "
                   : "-" + std::get<ProblemGone>(event.body).code + " ";
    }
    return out;
  };
  EXPECT_EQ(look({}), "");
  EXPECT_EQ(look({{"a", "1"}, {"b", "1"}}), "+a:1 +b:1 ");
  EXPECT_EQ(look({{"b", "2"}, {"a", "1"}}), "") << "another detail is no other problem";
  EXPECT_EQ(look({{"c", "1"}, {"b", "2"}, {"c", "2"}}), "+c:1 -a ");
  EXPECT_EQ(look({}), "-b -c ");
}

}  // namespace
}  // namespace mycostr::events
