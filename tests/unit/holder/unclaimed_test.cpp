#include "holder/unclaimed.hpp"

#include "holder/shard_service.hpp"
#include "support/local_request.hpp"
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
              if (is_book_broken_) co_return fail(Errc::io, "no book");
              co_return agreed_.contains(key);
            },
            [this](ShardKey key) -> Task<Result<void>> {
              if (joining_.contains(key)) co_return fail(Errc::conflict, "it has just joined");
              co_return co_await chunks_.remove({key});
            }};
  }
  bool is_kept(const ShardKey& key) const { return chunks_.shards().contains(key); }
  bool is_noted(const ShardKey& key) const { return has_row("x/", key); }

  std::set<ShardKey> agreed_;
  std::set<ShardKey> joining_;
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

TEST_F(UnclaimedTest, CountsAnewWhatGotAnotherReceipt) {
  const auto key = put(owner(1));
  begin();
  clock_.run_for(days(29));
  EXPECT_TRUE(clock_.run(life_->unclaimed.renew(key)));
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
  clock_.run_for(days(45));
  EXPECT_TRUE(is_kept(key));
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
  clock_.run_for(days(31));
  EXPECT_FALSE(is_kept(key));
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

TEST_F(UnclaimedTest, AReceiptIsGivenOnlyOnceTheDaysCountAnew) {
  const auto identity = identity_of(1);
  Drain drain(clock_, meta_, chunks_, [](WallTime) { return 0U; }, [] {});
  LeafHashes leaf_hashes(meta_);
  ShardService service(identity, clock_, pool_, chunks_, drain, leaf_hashes);
  begin();
  service.renew = [this](ShardKey key) { return life_->unclaimed.renew(key); };
  const auto bytes = random_.bytes(kLeafSize);
  const ShardKey key{owner(1), ShardId{crypto::merkle_root(bytes).bytes}};
  const auto put_it = [&]() -> Result<PeerReply> {
    test::LocalRequest request(
        {owner(1), {}},
        {wire::operations::kPutShard, wire::encode(wire::PutShard{key.shard}), Buffer::copy_of(bytes)});
    return clock_.run(service.handle_put(request));
  };
  EXPECT_TRUE(put_it());
  clock_.run_for(days(1));
  EXPECT_TRUE(is_noted(key));
  EXPECT_TRUE(put_it());
  EXPECT_FALSE(is_noted(key));
  meta_.set_broken(true);
  EXPECT_EQ(put_it().error().code, Errc::io);
  meta_.set_broken(false);
  EXPECT_TRUE(clock_.run(service.erase(key.owner, {key.shard})));
  EXPECT_EQ(put_it().error().code, Errc::conflict) << "one that was overtaken by its deletion";
}

}  // namespace
}  // namespace mycostr::holder
