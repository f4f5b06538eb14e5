#include "payment/budget.hpp"

#include <fmt/core.h>

namespace mycostr::payment {
namespace {

std::string refusal(std::string_view which, Msat wanted, Msat spent, Msat limit) {
  return fmt::format("budget_{}: {} msat more than the {} msat already spent would exceed {} msat", which,
                     wanted.value, spent.value, limit.value);
}

/// Neither can be negative, so this cannot overflow.
bool exceeds(Msat spent, Msat wanted, Msat limit) {
  return wanted > limit || spent.value > limit.value - wanted.value;
}

}  // namespace

std::string over_budget(const BudgetSettings& budget, const Spent& spent, Msat wanted) {
  if (exceeds(spent.hour, wanted, budget.hour)) return refusal("hour", wanted, spent.hour, budget.hour);
  if (exceeds(spent.day, wanted, budget.day)) return refusal("day", wanted, spent.day, budget.day);
  if (exceeds(spent.peer_day, wanted, budget.peer_day))
    return refusal("peer_day", wanted, spent.peer_day, budget.peer_day);
  return {};
}

Msat largest_part(const BudgetSettings& budget) {
  return Msat{std::min({budget.hour, budget.day, budget.peer_day}).value / 4};
}

Msat max_fee(const Settings& settings, Msat amount) {
  // In two parts, for the product of any amount of msat there is with a ppm need not fit.
  const auto ppm = static_cast<std::int64_t>(settings.max_fee_ppm);
  const auto part = amount.value / 1'000'000 * ppm + amount.value % 1'000'000 * ppm / 1'000'000;
  return Msat{part + settings.max_fee_base.value};
}

}  // namespace mycostr::payment
