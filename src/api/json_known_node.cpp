#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"
#include "files/candidates.hpp"

namespace mycostr::api {
namespace {

Json coordinates_of(const std::optional<placement::Location>& location) {
  if (!location) return nullptr;
  const auto point = placement::representative_of(*location);
  return Json::array({point.latitude_degrees, point.longitude_degrees});
}

Json throughput_of(const reputation::Performance* performance) {
  if (performance == nullptr) return nullptr;
  const auto down = performance->down.bytes_per_second();
  const auto measured = down ? down : performance->up.bytes_per_second();
  return measured ? Json(static_cast<std::uint64_t>(*measured)) : Json(nullptr);
}

Json describe_node(const ApiContext& context, const NodeId& id) {
  const auto& node = *context.directory.find(id);
  const auto location = placement::parse_location(node.record.location);
  const auto check = files::check_location(context.files, node);
  auto endpoints = Json::array();
  for (const auto& endpoint : node.record.endpoints) endpoints.push_back(to_string(endpoint));
  Json out;
  out["id"] = id.hex();
  out["pubkey"] = node.record.public_key.hex();
  out["location"] = location ? Json(location->text()) : Json(nullptr);
  out["location_check"] = placement::location_state_name(check.state);
  out["location_reason"] = check.reason;
  out["coordinates"] = coordinates_of(location);
  out["endpoints"] = std::move(endpoints);
  out["capacity"] = node.record.is_holder ? node.record.capacity.value : 0;
  out["free"] = node.record.is_holder ? node.record.free.value : 0;
  out["price_msat_per_tb_month"] = node.record.price_msat_per_tb_month;
  out["first_seen"] = to_rfc3339(node.first_seen);
  out["last_seen"] = node.last_seen ? Json(to_rfc3339(*node.last_seen)) : Json(nullptr);
  out["rtt_ms"] = node.rtt ? Json(to_seconds(*node.rtt) * 1000) : Json(nullptr);
  out["throughput_bytes_per_second"] = throughput_of(context.files.performance.find(id));
  out["reachable"] = context.directory.is_live(id);
  out["state"] = wire::state_name(context.files.scores.state_of(id));
  return out;
}

}  // namespace

std::string known_node_json(const ApiContext& context, const NodeId& id) {
  return text_of(describe_node(context, id));
}

std::string node_list_json(const ApiContext& context, const std::vector<NodeListPlace>& places,
                           bool has_more) {
  auto nodes = Json::array();
  for (const auto& place : places) nodes.push_back(describe_node(context, place.id));
  Json out;
  out["nodes"] = std::move(nodes);
  out["next_cursor"] = has_more ? Json(places.back().text()) : Json(nullptr);
  return text_of(out);
}

std::string why_not_json(const std::vector<placement::Exclusion>& exclusions) {
  auto reasons = Json::array();
  for (const auto& exclusion : exclusions) {
    reasons.push_back({{"code", exclusion.reason}, {"detail", exclusion.detail}});
  }
  return text_of(Json{{"eligible", exclusions.empty()}, {"reasons", std::move(reasons)}});
}

}  // namespace mycostr::api
