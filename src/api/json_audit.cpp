#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {
namespace {

Json describe_audit(const audit::Record& record) {
  return Json{{"id", record.id.hex()},
              {"agreement", record.agreement.hex()},
              {"epoch", record.epoch},
              {"serial", record.serial},
              {"role", agreement::role_name(record.role)},
              {"peer", record.peer.hex()},
              {"kind", record.chained ? "chained" : "plain"},
              {"leaves", record.leaves},
              {"lost", record.lost},
              {"outcome", wire::outcome_name(record.outcome)},
              {"why", text_or_null(record.why)},
              {"at", to_rfc3339(record.at)},
              {"latency_ms", to_seconds(record.latency) * 1000},
              {"proof_bytes", record.proof_bytes},
              {"transcript", record.has_transcript}};
}

}  // namespace

std::string accepted_audit_json(const AgreementId& agreement) {
  return text_of(Json{{"agreement", agreement.hex()}});
}

std::string audit_list_json(const std::vector<audit::Record>& audits, const std::string& next_cursor) {
  auto entries = Json::array();
  for (const auto& record : audits) entries.push_back(describe_audit(record));
  return text_of(Json{{"audits", std::move(entries)}, {"next_cursor", text_or_null(next_cursor)}});
}

}  // namespace mycostr::api
