// What a payment comes to by the hour.
#pragma once

#include <string>

#include "base/time.hpp"
#include "base/units.hpp"

namespace mycostr::api {

/// Sats per hour, decimal with six digits after the point, rounded down. "0.000000" for no time.
std::string sats_per_hour(Msat amount, WallTime start, WallTime end);

}  // namespace mycostr::api
