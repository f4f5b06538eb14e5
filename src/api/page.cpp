#include "api/page.hpp"

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

}  // namespace mycostr::api
