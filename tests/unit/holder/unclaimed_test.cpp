#include "holder/unclaimed.hpp"

#include "unit/holder/machine.hpp"

namespace mycostr::holder {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

class UnclaimedTest : public Machine {
 protected:
  /// One life of the node.
  struct Life {
    Unclaimed unclaimed;
    test::Started running;
    explicit Life(UnclaimedTest& on)
        : unclaimed(on.clock_, on.meta_, on.chunks_, on.hooks()), running(on.loop_, unclaimed.run()) {}
  };
  ~UnclaimedTest() override { end(); }
  void begin() {
    end();
    life_ = std::make_unique<Life>(*this);
    clock_.run_for(1s);
  }
  void end() {
    if (!life_) return;
    life_->running.cancel();
    clock_.run();
    EXPECT_TRUE(life_->running.was_cancelled());
    life_.reset();
  }
  Unclaimed::Hooks hooks() {
    return {[this](ShardKey key) -> Task<Result<bool>> {
              if (unreadable_.contains(key)) co_return fail(Errc::corrupt, "a slot");
              if (is_book_broken_) co_return fail(Errc::io, "no book");
              co_return agreed_.contains(key);
            },
            [this](ShardKey key) -> Task<Result<void>> {
              if (joining_.contains(key)) ++refused_;
              if (joining_.contains(key)) co_return fail(Errc::conflict, "it has just joined");
              if (is_owner_busy_) co_return fail(Errc::timeout, "its owner calls without a pause");
              co_return co_await chunks_.remove({key});
            }};
  }
  bool is_kept(const ShardKey& key) const { return chunks_.shards().contains(key); }
  bool is_noted(const ShardKey& key) const { return has_row("x/", key); }

  std::set<ShardKey> agreed_;
  std::set<ShardKey> joining_;
  std::set<ShardKey> unreadable_;
  int refused_ = 0;
  bool is_owner_busy_ = false;
  bool is_book_broken_ = false;
  std::unique_ptr<Life> life_;
};

TEST_F(UnclaimedTest, DeletesWhatNoAgreementHasHadForThirtyDays) {
  std::vector<ShardKey> claimed;
  std::vector<ShardKey> unclaimed;
  for (int i = 0; i < 600; ++i) {  // more than two pages of each
    claimed.push_back(put(owner(static_cast<std::uint8_t>(i % 3))));
    unclaimed.push_back(put(owner(static_cast<std::uint8_t>(i % 3))));
  }
  agreed_.insert(claimed.begin(), claimed.end());
  begin();
  clock_.run_for(days(30) - 1min);
  EXPECT_EQ(chunks_.shards().size(), 1200U);
  EXPECT_TRUE(is_noted(unclaimed[0]));
  EXPECT_FALSE(is_noted(claimed[0]));
  clock_.run_for(2min);
  EXPECT_EQ(chunks_.shards().size(), 600U);
  for (const auto& key : claimed) EXPECT_TRUE(is_kept(key));
  for (const auto& key : unclaimed) EXPECT_FALSE(is_noted(key));
}

TEST_F(UnclaimedTest, CountsAnewWhatWasInAnAgreementMeanwhile) {
  const auto key = put(owner(1));
  begin();
  clock_.run_for(days(20));
  agreed_.insert(key);
  clock_.run_for(days(5));
  EXPECT_FALSE(is_noted(key));
  agreed_.clear();
  clock_.run_for(days(29));
  EXPECT_TRUE(is_kept(key));
  clock_.run_for(days(3));
  EXPECT_FALSE(is_kept(key));
}

TEST_F(UnclaimedTest, CountsOnlyDaysOnWhichTheNodeRan) {
  const auto key = put(owner(1));
  begin();
  end();
  clock_.run_for(days(60));
  for (int i = 0; i < 40; ++i) begin();  // restarts make no days
  clock_.run_for(days(28));
  EXPECT_TRUE(is_kept(key));
  clock_.run_for(days(2));
  EXPECT_FALSE(is_kept(key));
}

TEST_F(UnclaimedTest, KeepsWhatJoinsAsItIsToGo) {
  const auto key = put(owner(1));
  joining_.insert(key);
  begin();
  clock_.run_for(days(61));
  EXPECT_TRUE(is_kept(key));
  EXPECT_EQ(refused_, 2) << "its days count anew";
}

TEST_F(UnclaimedTest, WhatCannotBeDroppedNowIsDroppedTheNextDay) {
  const auto key = put(owner(1));
  is_owner_busy_ = true;
  begin();
  clock_.run_for(days(32));
  EXPECT_TRUE(is_kept(key));
  is_owner_busy_ = false;
  clock_.run_for(days(1));
  EXPECT_FALSE(is_kept(key));
}

TEST_F(UnclaimedTest, WhatCannotBeToldIsKeptAndHidesNothingElse) {
  std::vector<ShardKey> keys;
  for (int i = 0; i < 5; ++i) keys.push_back(put(owner(1)));
  std::ranges::sort(keys);
  unreadable_.insert(keys[2]);
  begin();
  clock_.run_for(days(31));
  for (const auto& key : keys) EXPECT_EQ(is_kept(key), key == keys[2]);
}

TEST_F(UnclaimedTest, ForgetsWhatItsOwnerDeleted) {
  const auto key = put(owner(1));
  begin();
  EXPECT_TRUE(is_noted(key));
  EXPECT_TRUE(clock_.run(chunks_.remove({key})));
  clock_.run_for(days(1));
  EXPECT_FALSE(is_noted(key));
}

TEST_F(UnclaimedTest, AClockThatWasAheadPutsNothingOff) {
  const auto key = put(owner(1));
  clock_.shift_wall(days(3650));
  begin();
  clock_.shift_wall(-days(3650));
  clock_.run_for(days(32));
  EXPECT_FALSE(is_kept(key));
}

TEST_F(UnclaimedTest, AClockThatIsBehindAtEachStartMakesNoDays) {
  const auto key = put(owner(1));
  begin();
  for (int i = 0; i < 40; ++i) {
    clock_.shift_wall(-days(100));
    begin();
  }
  EXPECT_TRUE(is_kept(key));
}

TEST_F(UnclaimedTest, DeletesNothingWhileItCannotReadWhatIsAgreed) {
  const auto key = put(owner(1));
  begin();
  is_book_broken_ = true;
  clock_.run_for(days(60));
  EXPECT_TRUE(is_kept(key));
  is_book_broken_ = false;
  agreed_.insert(key);
  clock_.run_for(days(40));
  EXPECT_TRUE(is_kept(key));
  EXPECT_FALSE(is_noted(key));
}

TEST_F(UnclaimedTest, RowsThatAreNoneCountAnew) {
  const auto key = put(owner(1));
  add_row("x/", key, "yes");
  add_row("x/", {owner(2), key.shard}, std::string(8, '\xff'));
  WriteBatch batch;
  batch.put("x/short", std::string(8, '\0'));
  batch.put("unclaimed", "yes");
  meta_.apply(std::move(batch));
  begin();
  clock_.run_for(days(30) - 1min);
  EXPECT_TRUE(is_kept(key));
  clock_.run_for(2min);
  EXPECT_FALSE(is_kept(key));
  EXPECT_EQ(meta_.rows().size(), 1U) << "the number of the last look";
}

}  // namespace
}  // namespace mycostr::holder
