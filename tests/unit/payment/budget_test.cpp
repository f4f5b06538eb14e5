#include "payment/budget.hpp"

#include <gtest/gtest.h>

namespace mycostr::payment {
namespace {

constexpr BudgetSettings kBudget{.hour = Msat{100}, .day = Msat{500}, .peer_day = Msat{200}};

TEST(PaymentBudget, SpendsUpToEachLimitAndNoMore) {
  EXPECT_EQ(over_budget(kBudget, {.hour = Msat{60}, .day = Msat{60}, .peer_day = Msat{60}}, Msat{40}), "");
  EXPECT_TRUE(over_budget(kBudget, {.hour = Msat{61}, .day = Msat{61}, .peer_day = Msat{0}}, Msat{40})
                  .starts_with("budget_hour:"));
  EXPECT_TRUE(over_budget(kBudget, {.hour = Msat{0}, .day = Msat{461}, .peer_day = Msat{0}}, Msat{40})
                  .starts_with("budget_day:"));
  EXPECT_TRUE(over_budget(kBudget, {.hour = Msat{0}, .day = Msat{161}, .peer_day = Msat{161}}, Msat{40})
                  .starts_with("budget_peer_day:"));
}

TEST(PaymentBudget, IsOverWhereALimitWasLowered) {
  EXPECT_NE(over_budget(kBudget, {.hour = Msat{1000}, .day = Msat{1000}, .peer_day = Msat{1000}}, Msat{1}),
            "");
}

TEST(PaymentBudget, NoAmountOverflowsIt) {
  constexpr Msat kAll{INT64_MAX};
  EXPECT_NE(over_budget(kBudget, {}, kAll), "");
  EXPECT_EQ(over_budget({kAll, kAll, kAll}, {}, kAll), "");
  EXPECT_NE(over_budget({kAll, kAll, kAll}, {.hour = Msat{1}, .day = {}, .peer_day = {}}, kAll), "");
}

TEST(PaymentBudget, FeesAreAShareAndABase) {
  const Settings settings;
  EXPECT_EQ(max_fee(settings, Msat{0}), Msat{5000});
  EXPECT_EQ(max_fee(settings, Msat{1'000'000}), Msat{10'000});
  EXPECT_EQ(max_fee(settings, Msat{199}), Msat{5000});
  EXPECT_EQ(max_fee(settings, Msat{200}), Msat{5001});
}

}  // namespace
}  // namespace mycostr::payment
