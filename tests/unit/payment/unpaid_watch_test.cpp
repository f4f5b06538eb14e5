#include "payment/unpaid_watch.hpp"

#include "unit/payment/statement_pair.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;
using wire::UnpaidState;

class UnpaidWatchTest : public testing::Test {
 protected:
  UnpaidWatchTest() { start(); }
  ~UnpaidWatchTest() override { stop(); }

  void start() {
    UnpaidPorts ports{pair_.clock, pair_.holder_meta, [this] { return wallet_is_ready_; },
                      [this](const NodeId& owner, bool is_stopped) {
                        EXPECT_EQ(owner, pair_.owner_identity.id());
                        stopped_.push_back(is_stopped);
                      },
                      [this](NodeId) { return delete_all(); }};
    watch_ = std::make_unique<UnpaidWatch>(std::move(ports), pair_.holder->book, pair_.holder->ledger,
                                           pair_.settings);
    EXPECT_TRUE(pair_.clock.run(watch_->open()));
    tasks_ = std::make_unique<async::TaskGroup>(pair_.loop.get_executor(), "watch");
    tasks_->spawn(watch_->run());
  }
  void stop() {
    if (tasks_) pair_.clock.run(tasks_->close());
    tasks_.reset();
  }
  Task<Result<void>> delete_all() {
    ++deletions_;
    if (deletions_ == 1) co_return fail(Errc::io, "not yet");
    auto agreement = pair_.at_holder();
    agreement.state = agreement::State::unpaid;
    co_return co_await pair_.holder->book.save({std::move(agreement)}, {}, Durability::synced);
  }
  UnpaidState state() { return watch_->standing(pair_.owner_identity.id()).state; }
  bool accepts() { return watch_->accepts(pair_.owner_identity.id()); }
  void settle() {
    auto& ledger = pair_.holder->ledger;
    const auto settlement = **pair_.clock.run(ledger.unsettled(pair_.id));
    WriteBatch batch;
    EXPECT_TRUE(ledger.append_settled(batch, settlement, pair_.random.make<PaymentId>()));
    pair_.holder_meta.apply(std::move(batch));
    ledger.settled(settlement);
  }

  StatementPair pair_{3};
  bool wallet_is_ready_ = true;
  std::vector<bool> stopped_;
  int deletions_ = 0;
  std::unique_ptr<UnpaidWatch> watch_;
  std::unique_ptr<async::TaskGroup> tasks_;
};

TEST_F(UnpaidWatchTest, WarnsThenStopsThenDeletes) {
  pair_.change(1'000'000'000);
  pair_.pass(24h + 50min);
  EXPECT_EQ(state(), UnpaidState::paid);
  pair_.pass(2h);
  EXPECT_EQ(state(), UnpaidState::warned);
  EXPECT_TRUE(accepts());
  EXPECT_TRUE(stopped_.empty());
  pair_.pass(7 * 24h);
  EXPECT_EQ(state(), UnpaidState::stopped);
  EXPECT_FALSE(accepts());
  EXPECT_EQ(stopped_, std::vector{true});
  EXPECT_EQ(deletions_, 0);
  pair_.pass(7 * 24h);
  EXPECT_EQ(state(), UnpaidState::deleting);
  EXPECT_EQ(deletions_, 2);
  EXPECT_EQ(pair_.at_holder().state, agreement::State::unpaid);
}

TEST_F(UnpaidWatchTest, APaymentEndsItAll) {
  pair_.change(1'000'000'000);
  pair_.pass(9 * 24h);
  EXPECT_EQ(state(), UnpaidState::stopped);
  settle();
  pair_.pass(2min);
  EXPECT_EQ(state(), UnpaidState::paid);
  EXPECT_TRUE(accepts());
  EXPECT_EQ(stopped_, (std::vector{true, false}));
}

TEST_F(UnpaidWatchTest, AnOwnerThatAgreesToNothingIsUnpaidToo) {
  pair_.change(1'000'000'000);
  pair_.stop_owner();
  pair_.pass(25h);
  EXPECT_EQ(state(), UnpaidState::warned);
}

TEST_F(UnpaidWatchTest, AnAgreementIsNotUnpaidForTheTimeBeforeItsFirstShard) {
  pair_.stop_owner();
  pair_.pass(30h);
  pair_.start_owner();
  pair_.change(1'000'000'000);
  pair_.stop_owner();
  pair_.pass(23h);
  EXPECT_EQ(state(), UnpaidState::paid);
  pair_.pass(2h);
  EXPECT_EQ(state(), UnpaidState::warned);
}

TEST_F(UnpaidWatchTest, ItsOwnWalletThatIsDownStopsAllClocks) {
  wallet_is_ready_ = false;
  pair_.change(1'000'000'000);
  pair_.pass(60 * 24h);
  EXPECT_EQ(state(), UnpaidState::paid);
  wallet_is_ready_ = true;
  pair_.pass(23h);
  EXPECT_EQ(state(), UnpaidState::paid);
  pair_.pass(2h);
  EXPECT_EQ(state(), UnpaidState::warned);
}

TEST_F(UnpaidWatchTest, ItsOwnAbsenceStopsAllClocks) {
  pair_.change(1'000'000'000);
  pair_.pass(20h);
  stop();
  pair_.pass(30 * 24h);
  start();
  pair_.pass(3h);
  EXPECT_EQ(state(), UnpaidState::paid);
  pair_.pass(3h);
  EXPECT_EQ(state(), UnpaidState::warned);
}

TEST_F(UnpaidWatchTest, AfterARestartItIsAsStrictAsBefore) {
  pair_.change(1'000'000'000);
  pair_.pass(9 * 24h);
  stop();
  stopped_.clear();
  start();
  pair_.pass(1min);
  EXPECT_FALSE(accepts());
  EXPECT_EQ(stopped_, std::vector{true});
}

TEST_F(UnpaidWatchTest, AnAgreementThatEndsUnpaidLeavesNothingThere) {
  pair_.change(1'000'000'000);
  pair_.pass(10 * 24h);
  auto over = pair_.at_holder();
  over.state = agreement::State::ended;
  ASSERT_TRUE(pair_.clock.run(pair_.holder->book.save({std::move(over)}, {}, Durability::synced)));
  pair_.pass(7 * 24h);
  EXPECT_EQ(state(), UnpaidState::deleting);
  EXPECT_EQ(deletions_, 2) << "until it has succeeded, and then no more";
}

}  // namespace
}  // namespace mycostr::payment
