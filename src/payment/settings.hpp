// What the operator sets: payments.*, budget.*, channels.*, rebalance.*.
#pragma once

#include <algorithm>

#include "base/time.hpp"
#include "base/units.hpp"

namespace mycostr::payment {

/// What may be spent at most; enforced before anything is sent.
struct BudgetSettings {
  Msat hour{1'000'000};      ///< budget.hour_msat
  Msat day{10'000'000};      ///< budget.day_msat
  Msat peer_day{2'000'000};  ///< budget.peer_day_msat: to one peer in a day
};

struct ChannelSettings {
  enum class Open { automatic, never };
  Open open = Open::automatic;                 ///< channels.open: "auto", "never"
  std::uint64_t min_sat = 100'000;             ///< channels.min_sat, at least 100,000
  std::uint64_t daily_budget_sat = 1'000'000;  ///< channels.daily_budget_sat: capacity opened in a day
};

struct RebalanceSettings {
  enum class Mode { dry_run, on };
  Duration period = std::chrono::hours(24);  ///< rebalance.period
  Mode mode = Mode::dry_run;                 ///< rebalance.mode: "dry-run", "on"
  std::uint32_t max_ppm = 1000;              ///< rebalance.max_ppm
  std::uint64_t daily_budget_sat = 100;      ///< rebalance.daily_budget_sat: fees in a day
};

struct Settings {
  enum class Wallet { none, lnd };
  Wallet wallet = Wallet::none;                            ///< payments.wallet: "none": accounting only
  std::uint64_t price_msat_per_tb_month = 0;               ///< holder: asked
  std::uint64_t max_price_msat_per_tb_month = 10'000'000;  ///< owner: agreed to at most
  Duration period = std::chrono::hours(1);                 ///< an epoch; the same in the whole network
  Msat threshold{100'000};                                 ///< payments.threshold_msat: owed, paid at once
  Duration max_age = std::chrono::hours(24);               ///< what is owed for longer is paid whatever it is
  Duration grace = std::chrono::days(7);  ///< holder: from due to stopped, and on to deleting
  Duration invoice_expiry = std::chrono::hours(1);
  Duration stuck_after = std::chrono::minutes(10);  ///< in flight for longer: its way out is looked for
  std::uint32_t max_fee_ppm = 5000;
  Msat max_fee_base{5000};  ///< payments.max_fee_base_msat
  BudgetSettings budget;
  ChannelSettings channels;
  RebalanceSettings rebalance;

  /// Between two looks at what is due; shorter where hours run as seconds.
  Duration tick() const { return std::min<Duration>(std::chrono::minutes(1), period / 10); }
};

/// No less is ever paid: lnd routes no smaller payment by default.
inline constexpr Msat kLeastPayment{1000};

}  // namespace mycostr::payment
