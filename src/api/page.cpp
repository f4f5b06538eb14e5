#include "api/page.hpp"

#include "api/time_text.hpp"

namespace mycostr::api {
namespace {

constexpr std::uint64_t kDefaultLimit = 100;
constexpr std::uint64_t kMaxLimit = 1000;
constexpr std::size_t kMaxText = 512;

}  // namespace

Outcome<Page> read_page(const Parameters& parameters) {
  const auto limit = parameters.number("limit", kDefaultLimit, 1, kMaxLimit);
  if (!limit) return std::unexpected(limit.error());
  auto cursor = parameters.text("cursor", kMaxText);
  if (!cursor) return std::unexpected(cursor.error());
  const auto order = parameters.text("order", kMaxText);
  if (!order) return std::unexpected(order.error());
  if (*order && **order != "asc" && **order != "desc") {
    return refuse_field(Code::invalid_value, "order", "The order is asc or desc.");
  }
  return Page{static_cast<std::size_t>(*limit), std::move(*cursor), *order && **order == "desc"};
}

std::unexpected<ApiError> no_such_cursor() {
  return refuse_field(Code::invalid_value, "cursor", "This is no next_cursor of an earlier answer.");
}

Outcome<std::optional<WallTime>> read_time(const Parameters& parameters, std::string_view name) {
  const auto text = parameters.text(name, kMaxText);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::optional<WallTime>();
  const auto time = parse_rfc3339(**text);
  if (!time) return refuse_field(Code::invalid_value, name, "A time is written 2026-01-31T23:59:59Z.");
  return time;
}

}  // namespace mycostr::api
