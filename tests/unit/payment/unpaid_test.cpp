#include "payment/unpaid.hpp"

#include <gtest/gtest.h>

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;
using wire::UnpaidState;

class UnpaidTest : public testing::Test {
 protected:
  UnpaidTest() {
    agreement_.terms.price_msat_per_tb_month = 5;
    agreement_.terms.since = start_;
    agreement_.revision.number = 1;
    agreement_.revision.bytes = {4096};
    account_.number = 1;
    account_.end = start_ + 10h;
    account_.owed_since = start_ + 2h;
  }
  /// Payable from the start on, but for these hours.
  wire::Standing standing(std::chrono::hours now, std::chrono::hours down_from = 0h,
                          std::chrono::hours down_to = 0h) const {
    PayableTime payable;
    for (auto hour = 0h; hour <= now; hour += 1h)
      payable.note(start_ + hour, hour < down_from || hour >= down_to, 1h);
    return standing_of(start_, payable, settings_, start_ + now);
  }
  const WallTime start_ = from_unix_ms(1'800'000'000'000);
  Settings settings_;
  agreement::Agreement agreement_;
  Account account_;
};

TEST_F(UnpaidTest, IsSinceTheOldestThatIsOwed) {
  account_.total = {1000};
  EXPECT_EQ(unpaid_since(account_), start_ + 2h);
  EXPECT_EQ(unpaid_since(agreement_, &account_, std::nullopt), start_ + 2h);
}

TEST_F(UnpaidTest, TooLittleToPayIsNotOwed) {
  account_.total = {999};
  EXPECT_FALSE(unpaid_since(account_));
  EXPECT_EQ(unpaid_since(agreement_, &account_, std::nullopt), start_ + 10h);
  account_.is_closed = true;
  agreement_.state = agreement::State::ended;
  EXPECT_FALSE(unpaid_since(agreement_, &account_, std::nullopt));
}

TEST_F(UnpaidTest, AStatementIsMissingWhereSomethingIsKeptAtAPrice) {
  EXPECT_EQ(unpaid_since(agreement_, &account_, std::nullopt), start_ + 10h);
  EXPECT_EQ(unpaid_since(agreement_, nullptr, start_ + 1h), start_ + 1h);
  EXPECT_FALSE(unpaid_since(agreement_, nullptr, std::nullopt));
  auto free = agreement_;
  free.terms.price_msat_per_tb_month = 0;
  EXPECT_FALSE(unpaid_since(free, &account_, std::nullopt));
  auto empty = agreement_;
  empty.revision.bytes = {};
  EXPECT_FALSE(unpaid_since(empty, &account_, std::nullopt));
}

TEST_F(UnpaidTest, ANewAgreementDoesNotHideWhatAnOldOneLacks) {
  using agreement::State;
  for (const auto state : {State::active, State::ending, State::ended, State::unpaid}) {
    auto over = agreement_;
    over.revision.ends = true;
    over.revision.bytes = {};
    over.state = state;
    EXPECT_EQ(unpaid_since(over, &account_, std::nullopt), start_ + 10h);
    EXPECT_EQ(unpaid_since(over, nullptr, start_ + 1h), start_ + 1h);
  }
  // Nor does one that was deleted for its debts, where not even a statement was signed.
  agreement_.state = State::unpaid;
  EXPECT_EQ(unpaid_since(agreement_, nullptr, start_ + 1h), start_ + 1h);
  account_.is_closed = true;
  EXPECT_FALSE(unpaid_since(agreement_, &account_, std::nullopt));
}

TEST_F(UnpaidTest, ALastStatementEndsNothingWhileTheAgreementGoesOn) {
  account_.is_closed = true;
  EXPECT_EQ(unpaid_since(agreement_, &account_, std::nullopt), start_ + 10h);
  agreement_.revision.ends = true;
  EXPECT_FALSE(unpaid_since(agreement_, &account_, std::nullopt));
}

TEST_F(UnpaidTest, EachStateHasItsDate) {
  EXPECT_EQ(standing(23h).state, UnpaidState::paid);
  EXPECT_EQ(standing(24h).state, UnpaidState::warned);
  EXPECT_EQ(standing(24h + 7 * 24h - 1h).state, UnpaidState::warned);
  EXPECT_EQ(standing(24h + 7 * 24h).state, UnpaidState::stopped);
  EXPECT_EQ(standing(24h + 14 * 24h - 1h).state, UnpaidState::stopped);
  EXPECT_EQ(standing(24h + 14 * 24h).state, UnpaidState::deleting);
  for (const auto now : {1h, 30h, 300h, 1000h}) {
    const auto at = standing(now);
    EXPECT_EQ(at.oldest_unpaid, start_);
    EXPECT_EQ(at.due_since, start_ + 24h);
    EXPECT_EQ(at.stops_at, start_ + 8 * 24h);
    EXPECT_EQ(at.deletes_at, start_ + 15 * 24h);
  }
}

TEST_F(UnpaidTest, NothingUnpaidHasNoDates) {
  EXPECT_EQ(standing_of(std::nullopt, PayableTime(), settings_, start_), wire::Standing());
}

TEST_F(UnpaidTest, AWalletThatIsDownCostsNobodyAnything) {
  // Down from hour 10 on: 9 h count, for the last one before it is not seen to its end.
  EXPECT_EQ(standing(2000h, 10h, 3000h).state, UnpaidState::paid);
  EXPECT_EQ(standing(2000h, 0h, 3000h).state, UnpaidState::paid);
  const auto back = standing(124h, 10h, 110h);
  EXPECT_EQ(back.state, UnpaidState::paid);
  EXPECT_EQ(back.due_since, start_ + 24h + 101h);
  EXPECT_EQ(standing(125h, 10h, 110h).state, UnpaidState::warned);
  EXPECT_EQ(standing(24h * 8 + 100h, 10h, 110h).state, UnpaidState::warned);
  EXPECT_EQ(standing(24h * 8 + 101h, 10h, 110h).state, UnpaidState::stopped);
}

TEST_F(UnpaidTest, TimesScaleWithTheSettings) {
  settings_.max_age = 2h;
  settings_.grace = 3h;
  EXPECT_EQ(standing(2h).state, UnpaidState::warned);
  EXPECT_EQ(standing(5h).state, UnpaidState::stopped);
  EXPECT_EQ(standing(8h).state, UnpaidState::deleting);
}

}  // namespace
}  // namespace mycostr::payment
