// A holder's price, as operators say it: in msat, in sat, or in a currency whose rate they give.
#include <fmt/format.h>

#include <charconv>

#include "config/settings.hpp"

namespace mycostr::config {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr std::uint64_t kFraction = 100'000'000;  // decimals are kept to eight digits
constexpr std::uint64_t kMsatPerBtc = 100'000'000'000;
constexpr std::uint64_t kMsatPerSat = 1000;
constexpr std::uint64_t kMostWhole = 100'000'000'000;  // times kFraction still fits

struct Amount {
  std::uint64_t units = 0;  ///< of 1 / kFraction
  std::string_view currency;
};

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t out = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, out);
  return error == std::errc() && rest == end ? std::optional(out) : std::nullopt;
}

std::optional<std::uint64_t> units_of(std::string_view decimal) {
  const auto point = decimal.find('.');
  const auto whole = digits(decimal.substr(0, point));
  if (!whole || *whole > kMostWhole) return std::nullopt;
  if (point == std::string_view::npos) return *whole * kFraction;
  auto fraction = std::string(decimal.substr(point + 1));
  if (fraction.empty() || fraction.size() > 8) return std::nullopt;
  fraction.resize(8, '0');
  const auto small = digits(fraction);
  return small ? std::optional(*whole * kFraction + *small) : std::nullopt;
}

/// "4.00 USD"
std::optional<Amount> parse_amount(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto units = units_of(text.substr(0, space));
  const auto currency = text.substr(space + 1);
  const bool is_name = !currency.empty() && currency.size() <= 8 &&
                       currency.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") ==
                           std::string_view::npos;
  return units && is_name ? std::optional(Amount{*units, currency}) : std::nullopt;
}

Result<std::uint64_t> in_msat(Wide value) {
  if (value > INT64_MAX) return fail(Errc::invalid, "payments.price is too high");
  return static_cast<std::uint64_t>(value);
}

}  // namespace

Result<std::uint64_t> price_of(const PaymentSettings& settings) {
  if (settings.price.empty()) return settings.price_msat_per_tb_month;
  if (settings.price_msat_per_tb_month != 0) {
    return fail(Errc::invalid,
                "payments.price and payments.price_msat_per_tb_month say the same: set one of them");
  }
  const auto price = parse_amount(settings.price);
  if (!price) {
    return fail(
        Errc::invalid,
        fmt::format("payments.price is no price such as \"4000 sat\" or \"4.00 USD\": {}", settings.price));
  }
  if (price->currency == "msat") return in_msat(price->units / kFraction);
  if (price->currency == "sat") return in_msat(Wide(price->units) * kMsatPerSat / kFraction);
  const auto rate = parse_amount(settings.btc_rate);
  if (!rate || rate->currency != price->currency || rate->units == 0) {
    return fail(Errc::invalid,
                fmt::format("payments.price in {0} needs payments.btc_rate, what a bitcoin costs in "
                            "{0}, such as \"100000 {0}\"",
                            price->currency));
  }
  return in_msat(Wide(price->units) * kMsatPerBtc / rate->units);
}

}  // namespace mycostr::config
