#include "placement/iso3166.hpp"

#include <algorithm>
#include <string>

namespace mycostr::placement {
namespace {

constexpr std::size_t kWidth = 4;

}  // namespace

const CountryRow* find_country(std::string_view code) {
  const auto rows = iso3166_countries();
  const auto found = std::ranges::lower_bound(rows, code, {}, &CountryRow::code);
  return found != rows.end() && found->code == code ? &*found : nullptr;
}

bool has_subdivision(const CountryRow& country, std::string_view code) {
  if (code.empty() || code.size() >= kWidth || code.find(' ') != std::string_view::npos) return false;
  std::string padded(code);
  padded.resize(kWidth, ' ');
  std::size_t low = 0;
  std::size_t high = country.subdivisions.size() / kWidth;
  while (low < high) {
    const auto middle = (low + high) / 2;
    const auto order = country.subdivisions.compare(middle * kWidth, kWidth, padded);
    if (order == 0) return true;
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return false;
}

}  // namespace mycostr::placement
