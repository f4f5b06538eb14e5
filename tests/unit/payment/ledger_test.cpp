#include "payment/ledger.hpp"

#include <gtest/gtest.h>

#include "payment/ledger_rows.hpp"
#include "support/memory_meta_store.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() {
    id_ = random_.make<AgreementId>();
    peer_ = random_.make<NodeId>();
    reopen();
  }
  void reopen() {
    ledger_ = std::make_unique<Ledger>(store_);
    EXPECT_TRUE(clock_.run(ledger_->open()));
  }
  Ledger::Agreed statement(std::uint64_t number, std::int64_t amount) {
    wire::Statement out;
    out.agreement = id_;
    out.number = number;
    out.start = start_ + std::chrono::hours(number - 1);
    out.end = start_ + std::chrono::hours(number);
    out.revision = number;
    out.amount = {amount};
    total_ += amount;
    out.total = {total_};
    out.remainder = wire::Wide(number);
    return {
        out, {wire::encode(out), random_.make<Signature>(), random_.make<Signature>()}, number, {number}, {}};
  }
  void agree(std::initializer_list<std::int64_t> amounts) {
    std::vector<Ledger::Agreed> all;
    for (const auto amount : amounts) all.push_back(statement(++number_, amount));
    EXPECT_TRUE(clock_.run(ledger_->agree(agreement::Role::holder, peer_, std::move(all))));
  }
  std::optional<Settlement> unsettled(std::uint64_t last = 0) {
    const auto out = clock_.run(ledger_->unsettled(id_, last));
    EXPECT_TRUE(out);
    return out ? *out : std::nullopt;
  }
  void settle(const Settlement& settlement, const std::optional<PaymentId>& payment) {
    WriteBatch batch;
    EXPECT_TRUE(ledger_->append_settled(batch, settlement, payment));
    store_.apply(std::move(batch));
    ledger_->settled(settlement);
  }
  std::vector<std::uint64_t> numbers(std::uint64_t after, std::size_t limit, bool newest_first) {
    std::vector<std::uint64_t> out;
    const auto rows = clock_.run(ledger_->statements(id_, after, limit, newest_first));
    for (const auto& row : *rows) out.push_back(row.statement.number);
    return out;
  }
  const Account& account() { return *ledger_->find(id_); }
  std::size_t rows_of(std::string_view prefix) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(store_.rows(), [&](const auto& row) { return row.first.starts_with(prefix); }));
  }

  boost::asio::io_context loop_;
  test::VirtualClock clock_{loop_};
  test::SeededRandom random_{5};
  test::MemoryMetaStore store_;
  std::unique_ptr<Ledger> ledger_;
  AgreementId id_;
  NodeId peer_;
  const WallTime start_ = from_unix_ms(1'800'000'000'000);
  std::uint64_t number_ = 0;
  std::int64_t total_ = 0;
};

TEST_F(LedgerTest, AnAccountSurvivesARestart) {
  EXPECT_EQ(ledger_->find(id_), nullptr);
  agree({0, 700, 300});
  const auto before = account();
  EXPECT_EQ(before.number, 3U);
  EXPECT_EQ(before.owed(), Msat{1000});
  EXPECT_EQ(before.owed_since, start_ + 2h);
  reopen();
  EXPECT_EQ(account().role, agreement::Role::holder);
  EXPECT_EQ(account().peer, peer_);
  EXPECT_EQ(account().number, 3U);
  EXPECT_EQ(account().end, before.end);
  EXPECT_EQ(account().total, before.total);
  EXPECT_EQ(account().remainder, before.remainder);
  EXPECT_EQ(account().revision, 3U);
  EXPECT_EQ(account().bytes, ByteCount{3});
  EXPECT_EQ(account().owed_since, start_ + 2h);
}

TEST_F(LedgerTest, ASettlementBeginsWhereSomethingIsOwed) {
  EXPECT_FALSE(unsettled());
  agree({0, 0});
  EXPECT_FALSE(unsettled());
  agree({700, 0, 300});
  const auto all = unsettled();
  ASSERT_TRUE(all);
  EXPECT_EQ(all->number, 1U);
  EXPECT_EQ(all->first, 3U);
  EXPECT_EQ(all->last, 5U);
  EXPECT_EQ(all->start, start_ + 2h);
  EXPECT_EQ(all->end, start_ + 5h);
  EXPECT_EQ(all->amount, Msat{1000});
  EXPECT_EQ(all->peer, peer_);
  SettlementDigest digest(id_, 1);
  for (std::uint64_t n = 3; n <= 5; ++n)
    digest.add(clock_.run(ledger_->statement(id_, n))->signed_by_both.payload);
  EXPECT_EQ(all->digest, digest.finish());
}

TEST_F(LedgerTest, ASettlementMayEndEarlier) {
  agree({700, 200, 300});
  const auto some = unsettled(2);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->amount, Msat{900});
  EXPECT_EQ(some->last, 2U);
  EXPECT_NE(some->digest, unsettled()->digest);
  EXPECT_FALSE(unsettled(4));
}

TEST_F(LedgerTest, WhatIsSettledIsNotOwedAgain) {
  agree({700, 200, 300});
  const auto payment = random_.make<PaymentId>();
  settle(*unsettled(2), payment);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(account().owed(), Msat{300});
    EXPECT_EQ(account().settlement, 1U);
    EXPECT_EQ(account().settled_through, 2U);
    const auto next = unsettled();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->number, 2U);
    EXPECT_EQ(next->first, 3U);
    EXPECT_EQ(next->amount, Msat{300});
    EXPECT_FALSE(unsettled(2));
    reopen();
  }
  settle(*unsettled(), std::nullopt);
  EXPECT_EQ(account().owed(), Msat{0});
  const auto rows = clock_.run(ledger_->statements(id_, 0, 10, false));
  ASSERT_EQ(rows->size(), 3U);
  for (const auto& row : *rows) EXPECT_EQ(row.state, StatementState::settled);
  EXPECT_EQ((*rows)[0].payment, payment);
  EXPECT_EQ((*rows)[1].payment, payment);
  EXPECT_FALSE((*rows)[2].payment);
}

TEST_F(LedgerTest, ASettlementIsTakenOnce) {
  agree({700, 200});
  const auto settlement = *unsettled();
  settle(settlement, random_.make<PaymentId>());
  WriteBatch batch;
  EXPECT_EQ(ledger_->append_settled(batch, settlement, std::nullopt).error().code, Errc::exists);
  auto wrong = settlement;
  wrong.number = 2;
  EXPECT_EQ(ledger_->append_settled(batch, wrong, std::nullopt).error().code, Errc::conflict);
  wrong.number = 3;
  EXPECT_EQ(ledger_->append_settled(batch, wrong, std::nullopt).error().code, Errc::conflict);
  EXPECT_TRUE(batch.empty());
}

TEST_F(LedgerTest, SettlingAndAgreeingDoNotDisturbEachOther) {
  agree({700});
  const auto settlement = *unsettled();
  // The settlement is on disk and told while a statement is being written.
  auto agreeing = ledger_->agree(agreement::Role::holder, peer_, {statement(++number_, 50)});
  settle(settlement, random_.make<PaymentId>());
  EXPECT_TRUE(clock_.run(std::move(agreeing)));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(account().number, 2U);
    EXPECT_EQ(account().settlement, 1U);
    EXPECT_EQ(account().owed(), Msat{50});
    EXPECT_EQ(account().owed_since, start_ + 2h);
    reopen();
  }
}

TEST_F(LedgerTest, StatementsAreListedBothWaysWithWhatIsOpen) {
  agree({1, 2, 3});
  std::vector<StatementRow> open;
  for (std::uint64_t n = 4; n <= 5; ++n) {
    auto row = statement(n, 1);
    open.push_back({row.statement, row.signed_by_both, StatementState::open});
  }
  ledger_->set_open(id_, open);
  EXPECT_EQ(numbers(0, 10, false), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(numbers(0, 4, false), (std::vector<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(numbers(3, 10, false), (std::vector<std::uint64_t>{4, 5}));
  EXPECT_EQ(numbers(0, 3, true), (std::vector<std::uint64_t>{5, 4, 3}));
  EXPECT_EQ(numbers(5, 10, true), (std::vector<std::uint64_t>{4, 3, 2, 1}));
  EXPECT_EQ(numbers(3, 1, true), (std::vector<std::uint64_t>{2}));
  number_ = 3;
  total_ = 6;
  agree({1});
  EXPECT_EQ(numbers(0, 10, false), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
}

TEST_F(LedgerTest, RevisionsAreKeptUntilTheyAreCounted) {
  agreement::Agreement agreement;
  agreement.id = id_;
  WriteBatch batch;
  for (std::uint64_t n = 1; n <= 5; ++n) {
    agreement.revision.number = n;
    agreement.revision.at = start_ + std::chrono::minutes(n);
    agreement.revision.bytes = {100 * n};
    agreement.revision.ends = n == 5;
    Ledger::append_revision(batch, agreement);
  }
  store_.apply(std::move(batch));
  const auto until = [&](std::uint64_t after, std::chrono::minutes end) {
    return clock_.run(ledger_->revisions(id_, after, start_ + end))->size();
  };
  EXPECT_EQ(until(0, 3min), 2U);
  EXPECT_EQ(until(1, 3min), 1U);
  EXPECT_EQ(until(0, 5min), 5U);
  EXPECT_EQ((*clock_.run(ledger_->first_revision(id_)))->bytes, ByteCount{100});
  agree({1, 1});
  EXPECT_EQ(rows_of("ph/"), 3U);
  EXPECT_EQ((*clock_.run(ledger_->first_revision(id_)))->number, 3U);
}

TEST_F(LedgerTest, OldSettledStatementsGo) {
  for (int i = 0; i < 300; ++i) agree({1, 0});
  settle(*unsettled(300), random_.make<PaymentId>());
  settle(*unsettled(500), random_.make<PaymentId>());
  const auto sweep = [&](std::chrono::hours now) {
    EXPECT_TRUE(clock_.run(ledger_->sweep([](const AgreementId&) { return true; }, start_ + now)));
  };
  sweep(24h * 90 + 100h);
  EXPECT_EQ(rows_of("ps/"), 500U);
  EXPECT_EQ(rows_of("pf/"), 2U);
  // Number 500 is settled, what follows is owed however old it is.
  sweep(24h * 10'000);
  EXPECT_EQ(rows_of("ps/"), 100U);
  EXPECT_EQ(rows_of("pf/"), 0U);
  EXPECT_EQ(unsettled()->amount, Msat{50});
}

TEST_F(LedgerTest, WhatIsNotKnownAnyMoreGoesUnlessItOwes) {
  agree({5});
  const auto nothing_known = [](const AgreementId&) { return false; };
  EXPECT_TRUE(clock_.run(ledger_->sweep(nothing_known, start_ + 2h)));
  EXPECT_NE(ledger_->find(id_), nullptr);
  settle(*unsettled(), std::nullopt);
  agreement::Agreement stranger;
  stranger.id = random_.make<AgreementId>();
  WriteBatch batch;
  Ledger::append_revision(batch, stranger);
  store_.apply(std::move(batch));
  EXPECT_TRUE(clock_.run(ledger_->sweep(nothing_known, start_ + 2h)));
  EXPECT_EQ(ledger_->find(id_), nullptr);
  EXPECT_TRUE(store_.rows().empty());
}

TEST_F(LedgerTest, ASweepThatEndsHalfwayMakesNothingOwed) {
  agree({5'000, 7'000});
  settle(*unsettled(), random_.make<PaymentId>());
  const auto nothing_known = [](const AgreementId&) { return false; };
  const auto all = store_.rows();
  bool is_whole = false;
  for (std::size_t commits = 0; !is_whole; ++commits) {
    store_ = {};
    WriteBatch before;
    for (const auto& [key, value] : all) before.put(key, value);
    store_.apply(std::move(before));
    reopen();
    store_.break_after(commits);
    is_whole = clock_.run(ledger_->sweep(nothing_known, start_ + 2h)).has_value();
    store_.set_broken(false);
    reopen();
    if (ledger_->find(id_) != nullptr) EXPECT_EQ(account().owed(), Msat{}) << commits;
    EXPECT_TRUE(clock_.run(ledger_->sweep(nothing_known, start_ + 2h)));
    EXPECT_TRUE(store_.rows().empty()) << commits;
  }
}

TEST_F(LedgerTest, ABrokenDiskChangesNothing) {
  agree({5});
  store_.set_broken(true);
  EXPECT_FALSE(clock_.run(ledger_->agree(agreement::Role::holder, peer_, {statement(2, 1)})));
  EXPECT_FALSE(clock_.run(ledger_->unsettled(id_)));
  store_.set_broken(false);
  EXPECT_EQ(account().number, 1U);
  EXPECT_EQ(account().total, Msat{5});
}

TEST_F(LedgerTest, RowsThatAreDamagedAreSaidToBe) {
  agree({5});
  settle(*unsettled(), random_.make<PaymentId>());
  for (const auto& [key, value] : store_.rows()) {
    test::MemoryMetaStore damaged;
    WriteBatch batch;
    for (const auto& row : store_.rows()) batch.put(row.first, row.second);
    batch.put(key, "\xff\xff");
    damaged.apply(std::move(batch));
    Ledger ledger(damaged);
    const auto opened = clock_.run(ledger.open());
    if (opened) {
      EXPECT_TRUE(key.starts_with("ps/") || key.starts_with("pf/"));
      EXPECT_EQ(clock_.run(ledger.statement(id_, 1)).error().code, Errc::corrupt);
    } else {
      EXPECT_EQ(opened.error().code, Errc::corrupt);
    }
  }
}

}  // namespace
}  // namespace mycostr::payment
