#include "api/time_text.hpp"

#include <algorithm>

namespace mycostr::api {
namespace {

constexpr std::string_view kForm = "0000-00-00T00:00:00";
constexpr std::size_t kMaxFraction = 9;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// REQUIRES: digits
unsigned number_of(std::string_view digits) {
  unsigned out = 0;
  for (const char c : digits) out = out * 10 + static_cast<unsigned>(c - '0');
  return out;
}

bool has_form(std::string_view text) {
  return std::ranges::equal(text, kForm,
                            [](char c, char form) { return form == '0' ? is_digit(c) : c == form; });
}

/// Of ".123" what is left of a second; nothing where it is none.
std::optional<std::chrono::milliseconds> parse_fraction(std::string_view text) {
  if (text.empty()) return std::chrono::milliseconds(0);
  const auto digits = text.substr(1);
  const bool is_fraction = text.front() == '.' && !digits.empty() && digits.size() <= kMaxFraction &&
                           std::ranges::all_of(digits, is_digit);
  if (!is_fraction) return std::nullopt;
  return std::chrono::milliseconds(number_of((std::string(digits) + "00").substr(0, 3)));
}

}  // namespace

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  if (!text.ends_with('Z')) return std::nullopt;
  text.remove_suffix(1);
  if (!has_form(text.substr(0, kForm.size()))) return std::nullopt;
  const auto fraction = parse_fraction(text.substr(kForm.size()));
  const auto at = [&](std::size_t from, std::size_t count) { return number_of(text.substr(from, count)); };
  using namespace std::chrono;
  const year_month_day date(year(static_cast<int>(at(0, 4))), month(at(5, 2)), day(at(8, 2)));
  const auto hour = at(11, 2), minute = at(14, 2), second = at(17, 2);
  if (!fraction || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + *fraction;
}

}  // namespace mycostr::api
