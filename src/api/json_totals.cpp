#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {

std::string totals_json(const std::vector<TotalsLine>& lines, const std::string& next_cursor) {
  auto entries = Json::array();
  for (const auto& line : lines) {
    entries.push_back({{"key", line.key},
                       {"out_msat", line.out.value},
                       {"in_msat", line.in.value},
                       {"fees_msat", line.fees.value},
                       {"accrued_msat", line.accrued_out.value + line.accrued_in.value},
                       {"accrued_out_msat", line.accrued_out.value},
                       {"accrued_in_msat", line.accrued_in.value}});
  }
  return text_of(Json{{"totals", std::move(entries)}, {"next_cursor", text_or_null(next_cursor)}});
}

}  // namespace mycostr::api
