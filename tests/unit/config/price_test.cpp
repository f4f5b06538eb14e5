#include <gtest/gtest.h>

#include "config/settings.hpp"

namespace mycostr::config {
namespace {

Result<std::uint64_t> price(std::string text, std::string rate = "", std::uint64_t msat = 0) {
  PaymentSettings settings;
  settings.price = std::move(text);
  settings.btc_rate = std::move(rate);
  settings.price_msat_per_tb_month = msat;
  return price_of(settings);
}

TEST(Price, IsWhatTheNumberSaysWhereNoTextStands) {
  EXPECT_EQ(price("", "", 1234), 1234);
  EXPECT_EQ(price("", "", 0), 0);
}

TEST(Price, IsSaidInSatAndMsat) {
  EXPECT_EQ(price("4000 sat"), 4'000'000);
  EXPECT_EQ(price("0.5 sat"), 500);
  EXPECT_EQ(price("0.0009 sat"), 0);
  EXPECT_EQ(price("2000000 msat"), 2'000'000);
}

TEST(Price, FollowsFromACurrencyAndItsRate) {
  EXPECT_EQ(price("4.00 USD", "100000 USD"), 4'000'000);
  EXPECT_EQ(price("600 JPY", "15000000 JPY"), 4'000'000) << "bitcoins cost millions of some";
  EXPECT_EQ(price("1.5 EUR", "93123.45 EUR"), 1'610'765);
  EXPECT_EQ(price("0.00000001 USD", "100000 USD"), 0);
}

TEST(Price, OfACurrencyNeedsTheRateOfThatCurrency) {
  for (const auto* rate : {"", "100000", "100000 EUR", "0 USD", "-1 USD", "USD"}) {
    const auto found = price("4.00 USD", rate);
    ASSERT_FALSE(found) << rate;
    EXPECT_NE(found.error().detail.find("payments.btc_rate"), std::string::npos) << rate;
  }
}

TEST(Price, IsRefusedWhereItIsNone) {
  for (const auto* text : {"4000", "sat", " sat", "4000 ", "-1 sat", "1e3 sat", "4,00 sat", "1.123456789 sat",
                           "1. sat", "4 U$D", "4 sat please", "99999999999999999999 sat"}) {
    EXPECT_FALSE(price(text)) << text;
  }
  EXPECT_FALSE(price("9999999 BTX", "0.00000001 BTX")) << "more msat than a number holds";
}

TEST(Price, IsNotSaidTwice) {
  EXPECT_FALSE(price("4000 sat", "", 1));
}

TEST(Price, IsLookedAtWithAllSettings) {
  Settings settings;
  EXPECT_TRUE(check(settings));
  settings.payments.price = "4 USD";
  EXPECT_FALSE(check(settings));
  settings.payments.btc_rate = "100000 USD";
  EXPECT_TRUE(check(settings));
  settings.payments.wallet = "lnd";
  EXPECT_FALSE(check(settings)) << "where are its certificate and macaroon?";
  settings.lnd.tls_cert = "/tls.cert";
  settings.lnd.macaroon = "/mycostr.macaroon";
  EXPECT_TRUE(check(settings));
}

}  // namespace
}  // namespace mycostr::config
