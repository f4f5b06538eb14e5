#include "audit/log.hpp"

#include <gtest/gtest.h>

#include "support/memory_meta_store.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::audit {
namespace {

using namespace std::chrono_literals;

class AuditLogTest : public testing::Test {
 protected:
  Record record(int minute, Outcome outcome = Outcome::passed) {
    Record out{.id = random_.make<AuditId>(),
               .agreement = AgreementId{{static_cast<std::uint8_t>(minute % 2)}},
               .epoch = 490'896,
               .serial = 1,
               .outcome = outcome,
               .at = from_unix_ms(1'767'225'600'000) + minute * 1min,
               .latency = 35ms,
               .proof_bytes = 150'000,
               .leaves = 32,
               .lost = 1,
               .chained = true,
               .why = "because"};
    out.peer.bytes.fill(7);
    return out;
  }
  AuditId add(Log& log, Record what, Bytes transcript = {}) {
    const auto id = what.id;
    EXPECT_TRUE(clock_.run(log.add(std::move(what), std::move(transcript), {}, Durability::buffered)));
    return id;
  }
  std::vector<int> minutes(const Log& log, const Filter& filter) {
    std::vector<int> out;
    for (const auto& shown : log.list(filter))
      out.push_back(static_cast<int>((shown.at - from_unix_ms(1'767'225'600'000)) / 1min));
    return out;
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::MemoryMetaStore store_;
  test::SeededRandom random_{1};
  Settings settings_;
};

TEST_F(AuditLogTest, IsThereAfterARestart) {
  Log log(store_, settings_);
  const auto first = record(0, Outcome::failed);
  add(log, first, {1, 2, 3});
  add(log, record(1));
  store_.apply({{{"au/x", "no row"}}});

  Log again(store_, settings_);
  ASSERT_TRUE(clock_.run(again.open()));
  EXPECT_EQ(again.list({}), log.list({}));
  auto expected = first;
  expected.has_transcript = true;
  EXPECT_EQ(again.list({}).front(), expected);
  EXPECT_EQ(clock_.run(again.transcript(first.id)).value(), (Bytes{1, 2, 3}));
  EXPECT_FALSE(store_.rows().contains("au/x"));
}

TEST_F(AuditLogTest, ListsWhatIsAskedForPageByPage) {
  Log log(store_, settings_);
  for (const int minute : {3, 1, 4, 0, 2})
    add(log, record(minute, minute == 4 ? Outcome::failed : Outcome::passed));
  EXPECT_EQ(minutes(log, {}), (std::vector{0, 1, 2, 3, 4}));
  EXPECT_EQ(minutes(log, {.newest_first = true}), (std::vector{4, 3, 2, 1, 0}));
  EXPECT_EQ(minutes(log, {.outcome = Outcome::failed}), (std::vector{4}));
  EXPECT_EQ(minutes(log, {.agreement = AgreementId{{1}}}), (std::vector{1, 3}));
  EXPECT_EQ(minutes(log, {.since = from_unix_ms(1'767'225'600'000) + 3min}), (std::vector{3, 4}));
  const auto page = log.list({.limit = 2});
  ASSERT_EQ(page.size(), 2U);
  const std::pair after{page.back().at, page.back().id};
  EXPECT_EQ(minutes(log, {.after = after}), (std::vector{2, 3, 4}));
  EXPECT_EQ(minutes(log, {.after = after, .newest_first = true}), (std::vector{0}));
}

TEST_F(AuditLogTest, KeepsTheNewest) {
  settings_.kept_audits = 3;
  Log log(store_, settings_);
  const auto oldest = add(log, record(0), {1});
  for (int minute = 1; minute <= 3; ++minute) add(log, record(minute));
  EXPECT_EQ(minutes(log, {}), (std::vector{1, 2, 3}));
  EXPECT_EQ(store_.rows().size(), 3U);
  EXPECT_EQ(clock_.run(log.transcript(oldest)).error().code, Errc::not_found);
}

TEST_F(AuditLogTest, KeepsTranscriptsOfThePassedForThreeDaysAndOfTheFailedForLonger) {
  Log log(store_, settings_);
  const auto passed = add(log, record(0), {1});
  const auto failed = add(log, record(1, Outcome::failed), {2});
  add(log, record(72 * 60 + 2), {3});
  EXPECT_FALSE(clock_.run(log.transcript(passed)));
  EXPECT_TRUE(clock_.run(log.transcript(failed)));
  EXPECT_FALSE(log.list({}).front().has_transcript);
  Log again(store_, settings_);
  ASSERT_TRUE(clock_.run(again.open()));
  EXPECT_EQ(again.list({}), log.list({}));
}

TEST_F(AuditLogTest, KeepsNoMoreTranscriptsThanItMay) {
  settings_.kept_transcripts = 2;
  Log log(store_, settings_);
  std::vector<AuditId> ids;
  for (int minute = 0; minute < 6; ++minute)
    ids.push_back(add(log, record(minute, minute < 3 ? Outcome::failed : Outcome::passed), {1}));
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_EQ(clock_.run(log.transcript(ids[i])).has_value(), i % 3 != 0) << i;
}

/// Whoever is both could be asked by its own holders until the evidence against them is gone.
TEST_F(AuditLogTest, WhatAHolderIsAskedPushesOutNoneOfItsOwn) {
  settings_.kept_audits = 3;
  settings_.kept_transcripts = 2;
  Log log(store_, settings_);
  const auto own = add(log, record(0, Outcome::failed), {1});
  for (int minute = 1; minute < 20; ++minute) {
    auto asked = record(minute, Outcome::failed);
    asked.role = agreement::Role::holder;
    add(log, std::move(asked), {2});
  }
  EXPECT_EQ(minutes(log, {}), (std::vector{0, 17, 18, 19}));
  EXPECT_TRUE(clock_.run(log.transcript(own)));
  Log again(store_, settings_);
  ASSERT_TRUE(clock_.run(again.open()));
  EXPECT_EQ(again.list({}), log.list({}));
}

}  // namespace
}  // namespace mycostr::audit
