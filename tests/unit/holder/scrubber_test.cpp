#include "holder/scrubber.hpp"

#include "unit/holder/machine.hpp"

namespace mycostr::holder {
namespace {

using namespace std::chrono_literals;

constexpr auto kPeriod = 16h;

class ScrubberTest : public Machine {
 protected:
  /// One life of the scrubber.
  struct Life {
    Scrubber scrubber;
    test::Started running;
    Life(ScrubberTest& on, ScrubSettings settings)
        : scrubber(on.clock_, on.pool_, on.meta_, on.chunks_, on.lost_, settings),
          running(on.loop_, open_and_run(scrubber)) {}
    static Task<> open_and_run(Scrubber& scrubber) {
      EXPECT_TRUE(co_await scrubber.open());
      co_await scrubber.run();
    }
  };
  ~ScrubberTest() override { end(); }
  void begin(ScrubSettings settings = {kPeriod, 64_MiB}) {
    end();
    life_ = std::make_unique<Life>(*this, settings);
    clock_.run_for(0s);
  }
  void end() {
    if (!life_) return;
    life_->running.cancel();
    clock_.run();
    EXPECT_TRUE(life_->running.was_cancelled());
    life_.reset();
  }
  Scrubber& scrubber() { return life_->scrubber; }
  ScrubStatus status() { return life_->scrubber.status(); }
  std::vector<ShardKey> put_many(std::size_t count, std::size_t size = kLeafSize) {
    std::vector<ShardKey> keys;
    for (std::size_t i = 0; i < count; ++i)
      keys.push_back(put(owner(static_cast<std::uint8_t>(i % 3)), size));
    std::ranges::sort(keys);
    return keys;
  }
  bool is_kept(const ShardKey& key) const { return chunks_.shards().contains(key); }
  bool is_lost(const ShardKey& key) const { return !is_kept(key) && has_row("b/", key); }
  std::size_t lost_rows() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(meta_.rows(), [](const auto& row) { return row.first.starts_with("b/"); }));
  }

  LeafHashes leaf_hashes_{meta_};
  LostShards lost_{clock_, meta_, chunks_, leaf_hashes_};
  std::unique_ptr<Life> life_;
};

TEST_F(ScrubberTest, FindsWhatHasRottenAndNothingElse) {
  const auto keys = put_many(300);
  for (const std::size_t rotten : {0, 150, 299}) chunks_.rot(keys[rotten]);
  begin();
  clock_.run_for(kPeriod * 3 / 4 + 1min);
  EXPECT_EQ(status().bad_shards, 3U);
  EXPECT_FALSE(status().is_running);
  EXPECT_EQ(status().bytes_done, ByteCount{300 * kLeafSize});
  EXPECT_EQ(lost_rows(), 3U);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool is_rotten = i == 0 || i == 150 || i == 299;
    EXPECT_EQ(is_lost(keys[i]), is_rotten) << i;
    EXPECT_EQ(is_kept(keys[i]), !is_rotten) << i;
  }
}

TEST_F(ScrubberTest, SpreadsAPassAndBeginsOneEachPeriod) {
  put_many(100);
  begin();
  const auto started = clock_.wall_now();
  clock_.run_for(6h);
  EXPECT_TRUE(status().is_running);
  EXPECT_NEAR(static_cast<double>(status().bytes_done.value), 50.0 * kLeafSize, 5.0 * kLeafSize);
  EXPECT_EQ(status().bytes_total, ByteCount{100 * kLeafSize});
  clock_.run_for(5h);
  EXPECT_TRUE(status().is_running);
  clock_.run_for(70min);
  EXPECT_FALSE(status().is_running);
  EXPECT_EQ(status().position, std::nullopt);
  EXPECT_EQ(status().started, started);
  clock_.run_for(kPeriod - 12h - 10min - 1s);
  EXPECT_FALSE(status().is_running);
  clock_.run_for(2s);
  EXPECT_TRUE(status().is_running);
  EXPECT_EQ(status().started, started + kPeriod);
}

TEST_F(ScrubberTest, AskedForReadsAtFullSpeedAndNoFaster) {
  put_many(64, 64 << 10);
  begin({kPeriod, 64_KiB});
  clock_.run_for(1h);
  scrubber().start_now();
  clock_.run_for(30s);
  EXPECT_LE(status().bytes_done.value, 32ULL * (64 << 10));
  EXPECT_GE(status().bytes_done.value, 25ULL * (64 << 10)) << "reading takes time too";
  clock_.run_for(60s);
  EXPECT_FALSE(status().is_running);
  EXPECT_EQ(status().bytes_done, ByteCount{64 * (64 << 10)});
  const auto ended = status().started;
  scrubber().start_now();
  EXPECT_TRUE(status().is_running);
  EXPECT_GT(status().started, ended);
  clock_.run_for(90s);
  EXPECT_FALSE(status().is_running);
}

TEST_F(ScrubberTest, AskedForReadsEverythingAnew) {
  const auto keys = put_many(100);
  begin({kPeriod, {10 * kLeafSize}});
  clock_.run_for(6h);
  ASSERT_GT(*status().position, keys[10]);
  chunks_.rot(keys[10]);
  scrubber().start_now();
  clock_.run_for(3s);
  EXPECT_FALSE(is_lost(keys[5]));
  EXPECT_TRUE(is_lost(keys[10])) << "behind where the pass was";
  chunks_.rot(keys[5]);
  scrubber().start_now();
  const auto asked = status().started;
  clock_.run_for(5s);
  EXPECT_EQ(status().started, asked) << "one that was asked for comes to its end";
  clock_.run_for(5s);
  EXPECT_TRUE(is_lost(keys[5]));
  EXPECT_GT(status().started, asked);
  clock_.run_for(20s);
  EXPECT_FALSE(status().is_running);
}

TEST_F(ScrubberTest, GoesOnAfterARestartWhereItWas) {
  const auto keys = put_many(100);
  begin();
  clock_.run_for(6h);
  const auto before = status();
  ASSERT_TRUE(before.position);
  begin();
  clock_.run_for(1s);
  EXPECT_EQ(status().started, before.started);
  EXPECT_GE(status().position, before.position);
  EXPECT_LE(status().bytes_done, before.bytes_done + ByteCount{kLeafSize});
  chunks_.rot(keys.front());
  chunks_.rot(keys.back());
  clock_.run_for(6h + 10min);
  EXPECT_FALSE(status().is_running);
  EXPECT_EQ(status().bytes_done, ByteCount{100 * kLeafSize});
  EXPECT_TRUE(is_lost(keys.back()));
  EXPECT_TRUE(is_kept(keys.front())) << "read before it rotted";
  EXPECT_EQ(status().bad_shards, 1U);
  begin();
  clock_.run_for(kPeriod);
  EXPECT_TRUE(is_lost(keys.front()));
  EXPECT_EQ(status().bad_shards, 2U);
}

TEST_F(ScrubberTest, MakesUpForTimeOff) {
  put_many(100);
  begin();
  clock_.run_for(1h);
  end();
  clock_.run_for(9h);
  begin();
  clock_.run_for(2h + 10min);
  EXPECT_FALSE(status().is_running) << "still within three quarters of the period";
}

TEST_F(ScrubberTest, LooksAtSuspectsAtOnce) {
  const auto keys = put_many(10);
  begin();
  clock_.run_for(13h);
  ASSERT_FALSE(status().is_running);
  chunks_.rot(keys[3]);
  chunks_.lose(keys[4]);
  for (const auto suspect : {3, 4, 5}) scrubber().suspect(keys[static_cast<std::size_t>(suspect)]);
  clock_.run_for(10s);
  EXPECT_TRUE(is_lost(keys[3]));
  EXPECT_TRUE(is_lost(keys[4]));
  EXPECT_TRUE(is_kept(keys[5]));
  EXPECT_EQ(lost_rows(), 2U);
  EXPECT_EQ(status().bad_shards, 1U);
}

TEST_F(ScrubberTest, ForgivesWhatWasDeletedMeanwhile) {
  const auto keys = put_many(100);
  begin();
  clock_.run_for(1h);
  ASSERT_TRUE(clock_.run(chunks_.remove({keys[50], keys[60]})));
  clock_.run_for(12h);
  EXPECT_FALSE(status().is_running);
  EXPECT_EQ(lost_rows(), 0U);
  EXPECT_EQ(status().bad_shards, 0U);
}

TEST_F(ScrubberTest, ReadsAgainBeforeItGivesUp) {
  const auto keys = put_many(10);
  begin();
  chunks_.misread_once(keys[5]);
  clock_.run_for(13h);
  EXPECT_FALSE(status().is_running);
  EXPECT_TRUE(is_kept(keys[5]));
  EXPECT_EQ(lost_rows(), 0U);
}

TEST_F(ScrubberTest, ARecordThatCannotBeReadIsLost) {
  for (const std::size_t broken : {0, 5, 9}) {
    SCOPED_TRACE(broken);
    const auto keys = put_many(10);
    chunks_.break_record(keys[broken]);
    begin();
    scrubber().start_now();
    clock_.run_for(1min);
    EXPECT_TRUE(is_lost(keys[broken]));
    EXPECT_EQ(lost_rows(), 1U);
    end();
    ASSERT_TRUE(clock_.run(chunks_.remove(keys)));
    ASSERT_TRUE(clock_.run(lost_.forget(keys[broken].owner, {keys[broken].shard})));
  }
}

TEST_F(ScrubberTest, ADiskThatCannotBeReadIsNotTheLossOfAllThatIsOnIt) {
  const auto keys = put_many(10);
  chunks_.rot(keys[5]);
  chunks_.set_readable(false);
  begin();
  scrubber().start_now();
  scrubber().suspect(keys[2]);
  clock_.run_for(9h);
  EXPECT_EQ(chunks_.shards().size(), 10U);
  EXPECT_EQ(lost_rows(), 0U);
  EXPECT_TRUE(status().is_running);
  chunks_.set_readable(true);
  clock_.run_for(11min);
  EXPECT_FALSE(status().is_running);
  EXPECT_TRUE(is_lost(keys[5]));
  EXPECT_EQ(lost_rows(), 1U);
}

TEST_F(ScrubberTest, AProcessThatCannotReadMoreLosesNothing) {
  const auto keys = put_many(10);
  chunks_.set_busy(keys[5], true);
  begin();
  scrubber().start_now();
  scrubber().suspect(keys[5]);
  clock_.run_for(2h);
  EXPECT_EQ(chunks_.shards().size(), 10U);
  EXPECT_EQ(lost_rows(), 0U);
  EXPECT_TRUE(status().is_running);
  chunks_.set_busy(keys[5], false);
  clock_.run_for(21min);
  EXPECT_FALSE(status().is_running);
  EXPECT_EQ(lost_rows(), 0U);
}

TEST_F(ScrubberTest, WhatCannotBeNotedIsTriedAgain) {
  const auto keys = put_many(10);
  chunks_.rot(keys[5]);
  begin();
  scrubber().start_now();
  meta_.set_broken(true);
  clock_.run_for(5min);
  EXPECT_TRUE(is_kept(keys[5]));
  EXPECT_EQ(status().bad_shards, 0U);
  meta_.set_broken(false);
  clock_.run_for(10min);
  EXPECT_TRUE(is_lost(keys[5]));
  EXPECT_EQ(status().bad_shards, 1U);
}

TEST_F(ScrubberTest, AClockSetBackPutsNothingOff) {
  put_many(10);
  begin();
  clock_.run_for(13h);
  ASSERT_FALSE(status().is_running);
  clock_.shift_wall(-24h * 365);
  begin();
  clock_.run_for(kPeriod + 1s);
  EXPECT_TRUE(status().is_running);
}

TEST_F(ScrubberTest, IsIdleBetweenPasses) {
  put_many(3);
  begin();
  clock_.run_for(12h + 1min);
  ASSERT_FALSE(status().is_running);
  EXPECT_EQ(clock_.sleepers(), 1U) << "until the next pass is due, and nothing else";
}

TEST_F(ScrubberTest, DoesNotStartOnARowThatIsNone) {
  WriteBatch batch;
  batch.put("scrub", "nonsense");
  meta_.apply(std::move(batch));
  Scrubber scrubber(clock_, pool_, meta_, chunks_, lost_, {});
  EXPECT_EQ(clock_.run(scrubber.open()).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace mycostr::holder
