#include "payment/payment_book.hpp"

#include <gtest/gtest.h>

#include "support/memory_meta_store.hpp"
#include "support/seeded_random.hpp"
#include "support/sim_meta_store.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;

class PaymentBookTest : public testing::Test {
 protected:
  PaymentBookTest() { open(); }
  void open() {
    book_ = std::make_unique<PaymentBook>(store_);
    book_->on_change = [this](const Payment& payment) { changes_.push_back(payment.state); };
    ASSERT_TRUE(clock_.run(book_->open()));
  }
  Payment make(std::uint64_t number, Direction direction = Direction::out, std::uint8_t peer = 1) {
    Payment out{.id = random_.make<PaymentId>(), .created = now() + std::chrono::milliseconds(number)};
    out.direction = direction;
    out.settlement.agreement.bytes[0] = peer;
    out.settlement.peer = peer_of(peer);
    out.settlement.number = number;
    out.settlement.first = out.settlement.last = number;
    out.settlement.amount = Msat{1000};
    out.changed = now();
    return out;
  }
  static NodeId peer_of(std::uint8_t number) {
    NodeId out;
    out.bytes[0] = number;
    return out;
  }
  void invoice(Payment& payment) {
    payment.preimage.reset();
    payment.hash = random_.make<PaymentHash>();
    payment.invoice = "lnbc1";
    payment.expires = now() + 1h;
  }
  void settle(Payment& payment, Duration ago = {}) {
    if (!payment.has_invoice()) invoice(payment);
    payment.state = PaymentState::settled;
    payment.preimage = random_.make<Preimage>();
    payment.fee = payment.direction == Direction::out ? Msat{10} : Msat{};
    payment.settled_at = now() - std::chrono::duration_cast<std::chrono::milliseconds>(ago);
  }
  void save(const Payment& payment) { ASSERT_TRUE(clock_.run(book_->save(payment, {}, Durability::synced))); }
  WallTime now() const { return clock_.wall_now() + std::chrono::hours(24 * 10); }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::MemoryMetaStore store_;
  test::SeededRandom random_{1};
  std::unique_ptr<PaymentBook> book_;
  std::vector<PaymentState> changes_;
};

TEST_F(PaymentBookTest, KeepsPaymentsAcrossARestart) {
  auto payment = make(1);
  save(payment);
  invoice(payment);
  payment.state = PaymentState::in_flight;
  payment.sent = now();
  payment.sent_height = 100;
  payment.sends = 2;
  payment.problem = "stuck: for ever";
  payment.abandoned.push_back({0, random_.make<PaymentHash>(), now(), random_.bytes(100)});
  save(payment);
  open();
  const auto key = book_->find(Direction::out, payment.settlement.agreement, 1);
  ASSERT_TRUE(key);
  EXPECT_EQ(book_->find(payment.hash), key);
  EXPECT_EQ(book_->find(payment.abandoned[0].hash), key) << "a hash is never used again";
  EXPECT_EQ(*clock_.run(book_->load(*key)), payment);
  EXPECT_EQ(book_->open_ones(Direction::out), std::set{*key});
  EXPECT_EQ(book_->with_abandoned(now() - 1h), std::vector{*key});
  EXPECT_TRUE(book_->with_abandoned(now() + 1h).empty());
}

TEST_F(PaymentBookTest, TellsOfEachNewState) {
  auto payment = make(1);
  save(payment);
  payment.problem = "no_route: ";
  save(payment);
  settle(payment);
  save(payment);
  EXPECT_EQ(changes_, (std::vector{PaymentState::pending, PaymentState::settled}));
}

TEST_F(PaymentBookTest, ListsWhatIsAskedForInBothOrders) {
  for (std::uint64_t i = 1; i <= 10; ++i)
    save(make(i, i % 2 == 0 ? Direction::in : Direction::out, i > 5 ? 2 : 1));
  const auto numbers = [&](PaymentFilter filter) {
    std::vector<std::uint64_t> out;
    for (const auto& payment : *clock_.run(book_->list(std::move(filter))))
      out.push_back(payment.settlement.number);
    return out;
  };
  EXPECT_EQ(numbers({.limit = 3}), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(numbers({.limit = 3, .newest_first = true}), (std::vector<std::uint64_t>{10, 9, 8}));
  EXPECT_EQ(numbers({.direction = Direction::in, .peer = peer_of(2)}),
            (std::vector<std::uint64_t>{6, 8, 10}));
  EXPECT_EQ(numbers({.since = now() + std::chrono::milliseconds(9)}), (std::vector<std::uint64_t>{9, 10}));
  const auto third = *book_->find(Direction::out, make(3).settlement.agreement, 3);
  EXPECT_EQ(numbers({.after = third, .limit = 2}), (std::vector<std::uint64_t>{4, 5}));
  EXPECT_EQ(numbers({.after = third, .newest_first = true}), (std::vector<std::uint64_t>{2, 1}));
  EXPECT_TRUE(numbers({.agreements = std::set<AgreementId>()}).empty());
}

TEST_F(PaymentBookTest, TotalsCountEachSettledPaymentOnceAcrossARestart) {
  auto out = make(1);
  auto in = make(1, Direction::in, 2);
  auto yesterday = make(2);
  settle(out);
  settle(in);
  settle(yesterday, 24h);
  for (const auto& payment : {out, in, yesterday, out}) save(payment);
  for (int life = 0; life < 2; ++life) {
    const auto& peers = book_->totals_by_peer();
    EXPECT_EQ(peers.at(peer_of(1)), (PaymentTotals{Msat{2000}, Msat{0}, Msat{20}, 2}));
    EXPECT_EQ(peers.at(peer_of(2)), (PaymentTotals{Msat{0}, Msat{1000}, Msat{0}, 1}));
    EXPECT_EQ(book_->totals_by_day().size(), 2U);
    open();
  }
}

TEST_F(PaymentBookTest, SettledSideBySideTheyAreAllCounted) {
  std::vector<Task<Result<void>>> saves;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    auto payment = make(i);
    settle(payment);
    saves.push_back(book_->save(payment, {}, Durability::synced));
  }
  for (auto& each : saves)
    boost::asio::co_spawn(loop_, std::move(each), [](std::exception_ptr, Result<void>) {});
  clock_.run();
  open();
  EXPECT_EQ(book_->totals_by_peer().at(peer_of(1)).payments, 20U);
}

TEST_F(PaymentBookTest, TheBudgetCountsWhatSettledInTimeAndAllThatIsInFlight) {
  auto recent = make(1);
  settle(recent, 30min);
  auto older = make(2, Direction::out, 2);
  settle(older, 5h);
  auto old = make(3);
  settle(old, 25h);
  auto flying = make(4);
  invoice(flying);
  flying.state = PaymentState::in_flight;
  flying.fee = Msat{100};
  auto earned = make(5, Direction::in);
  settle(earned);
  for (const auto& payment : {recent, older, old, flying, earned, make(6)}) save(payment);
  for (int life = 0; life < 2; ++life) {
    const auto spent = book_->spent(peer_of(1), now(), PaymentId());
    EXPECT_EQ(spent.hour, Msat{1010 + 1100});
    EXPECT_EQ(spent.day, Msat{1010 + 1010 + 1100});
    EXPECT_EQ(spent.peer_day, Msat{1010 + 1100});
    EXPECT_EQ(book_->spent(peer_of(1), now(), flying.id).hour, Msat{1010}) << "not itself";
    open();
  }
}

TEST_F(PaymentBookTest, WhatIsAboutToLeaveCountsBeforeItIsOnDisk) {
  test::Power power;
  power.on();
  test::Trace trace;
  test::SimMetaStore slow(clock_, power, trace, 1);
  PaymentBook book(slow);
  ASSERT_TRUE(clock_.run(book.open()));
  auto payment = make(1);
  invoice(payment);
  payment.state = PaymentState::in_flight;
  payment.fee = Msat{100};
  bool is_saved = false;
  boost::asio::co_spawn(loop_, book.save(payment, {}, Durability::synced),
                        [&](std::exception_ptr, Result<void>) { is_saved = true; });
  loop_.restart();
  loop_.poll();
  EXPECT_FALSE(is_saved);
  EXPECT_EQ(book.spent(peer_of(1), now(), PaymentId()).hour, Msat{1100}) << "two could pass the cap together";
  clock_.run();
  EXPECT_TRUE(is_saved);
}

TEST_F(PaymentBookTest, NothingIsKnownThatCouldNotBeWritten) {
  auto payment = make(1);
  save(payment);
  settle(payment);
  store_.set_broken(true);
  EXPECT_EQ(clock_.run(book_->save(payment, {}, Durability::synced)).error().code, Errc::io);
  store_.set_broken(false);
  EXPECT_TRUE(book_->totals_by_peer().empty());
  EXPECT_EQ(book_->open_ones(Direction::out).size(), 1U);
}

TEST_F(PaymentBookTest, ARowThatIsNoneIsNotPassedOver) {
  WriteBatch batch;
  batch.put("pm/rubbish", "rubbish");
  store_.apply(std::move(batch));
  PaymentBook book(store_);
  EXPECT_EQ(clock_.run(book.open()).error().code, Errc::corrupt);
}

TEST_F(PaymentBookTest, WhatAHolderKeepsInTheAirIsNoPartOfThisHour) {
  auto payment = make(1);
  invoice(payment);
  payment.state = PaymentState::in_flight;
  payment.fee = Msat{100};
  payment.sent = now();
  save(payment);
  EXPECT_EQ(book_->spent(peer_of(1), now(), PaymentId()).hour, Msat{1100});
  const auto later = now() + std::chrono::hours(50);
  const auto spent = book_->spent(peer_of(1), later, PaymentId());
  EXPECT_EQ(spent.hour, Msat{});
  EXPECT_EQ(spent.day, Msat{1100});
  EXPECT_EQ(spent.peer_day, Msat{1100});
}

TEST_F(PaymentBookTest, WhatWasPaidByAClockThatWasAheadStopsNothing) {
  auto payment = make(1);
  save(payment);
  settle(payment);
  payment.settled_at = now() + std::chrono::hours(500);
  save(payment);
  const auto spent = book_->spent(peer_of(1), now(), PaymentId());
  EXPECT_EQ(spent.hour, Msat{});
  EXPECT_EQ(spent.day, Msat{});
}

}  // namespace
}  // namespace mycostr::payment
