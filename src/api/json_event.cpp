#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {
namespace {

/// The fields of an event beside its time.
struct Describe {
  Json operator()(const events::ShardLost& event) const {
    return Json{{"holder", event.holder.hex()},
                {"shard", event.shard.hex()},
                {"file", event.file ? Json(file_id_text(*event.file)) : Json(nullptr)},
                {"index", event.index ? Json(*event.index) : Json(nullptr)},
                {"reason", event.reason}};
  }
  Json operator()(const events::ShardRepaired& event) const {
    return Json{{"file", file_id_text(event.file)},
                {"index", event.index},
                {"shard", event.shard.hex()},
                {"from", event.from ? Json(event.from->hex()) : Json(nullptr)},
                {"to", event.to.hex()},
                {"reason", event.reason}};
  }
  Json operator()(const events::Verdict& event) const {
    return Json{{"audit", event.audit},
                {"holder", event.holder.hex()},
                {"agreement", event.agreement.hex()},
                {"epoch", event.epoch},
                {"outcome", event.outcome}};
  }
  Json operator()(const events::NodeState& event) const {
    const bool is_presence = event.kind == events::NodeState::Kind::presence;
    return Json{{"node", event.node.hex()},
                {"kind", is_presence ? "presence" : "reputation"},
                {"from", event.from},
                {"to", event.to}};
  }
  Json operator()(const events::Problem& event) const {
    return Json{{"code", event.code}, {"detail", event.detail}};
  }
  Json operator()(const events::ProblemGone& event) const { return Json{{"code", event.code}}; }
  Json operator()(const events::Statement& event) const {
    return Json{{"agreement", event.agreement.hex()},
                {"number", event.number},
                {"peer", event.peer.hex()},
                {"role", event.role},
                {"start", to_rfc3339(event.start)},
                {"end", to_rfc3339(event.end)},
                {"byte_seconds", event.byte_seconds},
                {"amount_msat", event.amount.value},
                {"audit", event.audit},
                {"state", event.state}};
  }
  Json operator()(const events::Payment& event) const {
    return Json{{"id", event.id},
                {"direction", event.direction},
                {"peer", event.peer.hex()},
                {"for", event.agreement.hex()},
                {"amount_msat", event.amount.value},
                {"fee_msat", event.fee.value},
                {"state", event.state},
                {"payment_hash", text_or_null(event.payment_hash)},
                {"problem", text_or_null(event.problem)}};
  }
  Json operator()(const events::Channel& event) const {
    return Json{{"peer", event.peer.hex()},
                {"lightning_key", event.lightning_key},
                {"state", event.state},
                {"capacity_sat", event.capacity_sat},
                {"point", text_or_null(event.point)},
                {"why", text_or_null(event.why)}};
  }
};

}  // namespace

std::string event_text(const events::Event& event) {
  Json data{{"at", to_rfc3339(event.at)}};
  data.update(std::visit(Describe(), event.body));
  return "id: " + std::to_string(event.id) + "\nevent: " + std::string(events::kind_of(event.body)) +
         "\ndata: " + data.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n\n";
}

}  // namespace mycostr::api
