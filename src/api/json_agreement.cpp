#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {

Json describe(const agreement::Agreement& agreement) {
  return Json{{"id", agreement.id.hex()},
              {"role", agreement::role_name(agreement.role)},
              {"peer", agreement.peer.hex()},
              {"price_msat_per_tb_month", agreement.terms.price_msat_per_tb_month},
              {"shards", agreement.revision.shards},
              {"bytes", agreement.revision.bytes.value},
              {"revision", agreement.revision.number},
              {"root", agreement.revision.root.hex()},
              {"since", to_rfc3339(agreement.terms.since)},
              {"state", agreement::state_name(agreement.state)}};
}

std::string agreement_json(const agreement::Agreement& agreement) {
  return text_of(describe(agreement));
}

std::string agreement_list_json(const std::vector<const agreement::Agreement*>& agreements,
                                const std::string& next_cursor) {
  auto entries = Json::array();
  for (const auto* agreement : agreements) entries.push_back(describe(*agreement));
  return text_of(Json{{"agreements", std::move(entries)}, {"next_cursor", text_or_null(next_cursor)}});
}

}  // namespace mycostr::api
