#include "payment/settlement.hpp"

#include <gtest/gtest.h>

#include "payment/ledger.hpp"

namespace mycostr::payment {
namespace {

using namespace std::chrono_literals;

class SettlementTest : public testing::Test {
 protected:
  Due due(std::int64_t owed, Duration age, bool is_closed = false) const {
    Account account;
    account.total = {5000 + owed};
    account.settled = {5000};
    account.is_closed = is_closed;
    account.owed_since = now_ - std::chrono::duration_cast<std::chrono::milliseconds>(age);
    return settlement_due(account, settings_, now_);
  }
  const WallTime now_ = from_unix_ms(1'800'000'000'000);
  Settings settings_;
};

TEST_F(SettlementTest, IsDueFromTheThresholdOn) {
  EXPECT_EQ(due(99'999, 0h), Due::nothing);
  EXPECT_EQ(due(100'000, 0h), Due::threshold);
}

TEST_F(SettlementTest, IsDueWhenItIsOldAndWorthAPayment) {
  EXPECT_EQ(due(1000, 24h - 1ms), Due::nothing);
  EXPECT_EQ(due(1000, 24h), Due::age);
  EXPECT_EQ(due(999, 1000h), Due::nothing);
}

TEST_F(SettlementTest, IsDueAtTheEnd) {
  EXPECT_EQ(due(1000, 0h, true), Due::end);
  EXPECT_EQ(due(999, 0h, true), Due::waived);
  EXPECT_EQ(due(0, 0h, true), Due::nothing);
}

TEST_F(SettlementTest, TheDigestCoversAgreementNumberAndEachStatement) {
  const auto digest = [](std::uint8_t agreement, std::uint64_t number,
                         std::initializer_list<std::string_view> all) {
    AgreementId id;
    id.bytes.fill(agreement);
    SettlementDigest out(id, number);
    for (const auto text : all) out.add(as_bytes(text));
    return out.finish();
  };
  const auto known = digest(1, 1, {"a", "b"});
  EXPECT_EQ(known, digest(1, 1, {"a", "b"}));
  EXPECT_NE(known, digest(2, 1, {"a", "b"}));
  EXPECT_NE(known, digest(1, 2, {"a", "b"}));
  EXPECT_NE(known, digest(1, 1, {"b", "a"}));
  EXPECT_NE(known, digest(1, 1, {"ab"}));
  EXPECT_NE(known, digest(1, 1, {"a"}));
}

}  // namespace
}  // namespace mycostr::payment
