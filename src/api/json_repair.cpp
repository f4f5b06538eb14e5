#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {
namespace {

Json node_or_null(const std::optional<NodeId>& node) {
  return node ? Json(node->hex()) : Json(nullptr);
}

Json describe_repair(const repair::RepairRecord& record) {
  return Json{{"id", std::to_string(record.id)},
              {"file", file_id_text(record.key.file)},
              {"chunk", record.chunk.hex()},
              {"index", record.key.index},
              {"shard", record.shard.hex()},
              {"reason", repair::reason_name(record.reason)},
              {"state", repair::repair_state_name(record.state)},
              {"live", record.live},
              {"from", node_or_null(record.from)},
              {"to", node_or_null(record.to)},
              {"queued", to_rfc3339(record.queued)},
              {"finished", record.finished ? Json(to_rfc3339(*record.finished)) : Json(nullptr)},
              {"bytes", record.bytes.value},
              {"problem", text_or_null(record.problem)}};
}

}  // namespace

std::string repair_list_json(const std::vector<repair::RepairRecord>& repairs, const std::string& next_cursor,
                             const std::optional<repair::FrozenSince>& frozen) {
  auto entries = Json::array();
  for (const auto& record : repairs) entries.push_back(describe_repair(record));
  Json out{{"repairs", std::move(entries)}, {"frozen", nullptr}, {"next_cursor", text_or_null(next_cursor)}};
  if (frozen) out["frozen"] = {{"since", to_rfc3339(frozen->since)}, {"why", frozen->why}};
  return text_of(out);
}

}  // namespace mycostr::api
