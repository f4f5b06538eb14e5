#include "payment/rate.hpp"

#include <limits>

namespace mycostr::payment {

Result<Sums> add_up(Msat total, wire::Wide remainder, const wire::Figures& figures, std::uint64_t price) {
  const auto units =
      wire::earns(figures.audit) ? wire::product(figures.byte_ms, wire::Wide(price)) : wire::Wide();
  const auto all = units ? wire::sum(remainder, *units) : std::nullopt;
  if (!all) return fail(Errc::invalid, "more than can be counted");
  const auto msat = all->value / kUnitsPerMsat.value;
  const auto room = static_cast<wire::Uint128>(std::numeric_limits<std::int64_t>::max() - total.value);
  if (msat > room) return fail(Errc::invalid, "more than can be paid");
  const Msat amount{static_cast<std::int64_t>(msat)};
  return Sums{amount, {total.value + amount.value}, wire::Wide(all->value % kUnitsPerMsat.value)};
}

}  // namespace mycostr::payment
