// From what was kept to what it costs: exact, in 128 bits. Pure.
#pragma once

#include "base/error.hpp"
#include "base/units.hpp"
#include "wire/statement.hpp"

namespace mycostr::payment {

/// A price says what a TB (10^12 bytes) costs in a month (730 h). A unit is a byte kept for a millisecond at
/// a price of 1; so many of them are one msat.
inline constexpr wire::Wide kUnitsPerMsat{wire::Uint128{1'000'000'000'000} * 2'628'000 * 1000};

struct Sums {
  Msat amount;  ///< of this time alone
  Msat total;
  wire::Wide remainder;
  bool operator==(const Sums&) const = default;
};

/// What a time with these figures adds to a total and the remainder that goes with it. Nothing where the
/// audit word earns nothing. Errors: invalid (more than 2^128 units, or 2^63 msat).
Result<Sums> add_up(Msat total, wire::Wide remainder, const wire::Figures& figures,
                    std::uint64_t price_msat_per_tb_month);

}  // namespace mycostr::payment
