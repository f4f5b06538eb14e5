// How much may be spent: pure.
#pragma once

#include <string>

#include "payment/settings.hpp"

namespace mycostr::payment {

/// What payments have cost, or may still cost, fees included: those that settled within the time, and all
/// that are in flight.
struct Spent {
  Msat hour;
  Msat day;
  Msat peer_day;  ///< to the peer in question
};

/// What stands against spending `wanted` (amount and highest fee) more: empty, or "budget_hour: ..." and so
/// on.
std::string over_budget(const BudgetSettings& budget, const Spent& spent, Msat wanted);

/// What costs more is paid in parts: they find room beside other payments.
Msat largest_part(const BudgetSettings& budget);

/// The most that may be paid in fees for a payment over other nodes.
Msat max_fee(const Settings& settings, Msat amount);

}  // namespace mycostr::payment
