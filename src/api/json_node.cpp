#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/json.hpp"
#include "api/render.hpp"

namespace mycostr::api {
namespace {

Json describe_endpoints(const std::vector<Endpoint>& endpoints) {
  auto out = Json::array();
  for (const auto& endpoint : endpoints) out.push_back(to_string(endpoint));
  return out;
}

Json describe_storage(const ChunkStore& chunks) {
  const auto usage = chunks.usage();
  const auto free = usage.capacity.value - std::min(usage.capacity.value, usage.used.value);
  return Json{{"capacity", usage.capacity.value},
              {"used", usage.used.value},
              {"free", free},
              {"shards", usage.shards}};
}

Json describe_latency(const Histogram& latency) {
  return Json{{"count", latency.count()},
              {"p50_ms", latency.quantile_seconds(0.5) * 1000},
              {"p99_ms", latency.quantile_seconds(0.99) * 1000}};
}

Json describe_metrics(const Metrics& metrics, SteadyTime now) {
  Json latencies = Json::object();
  for (std::size_t i = 0; i < kRouteCount; ++i) {
    if (metrics.latency[i].count() == 0) continue;
    latencies[std::string(route_name(static_cast<Route>(i)))] = describe_latency(metrics.latency[i]);
  }
  if (metrics.first_byte.count() > 0) latencies["retrieve_first_byte"] = describe_latency(metrics.first_byte);
  return Json{{"counters",
               {{"requests", metrics.requests},
                {"refused", metrics.refused},
                {"failed", metrics.failed},
                {"stores", metrics.stores},
                {"retrieves", metrics.retrieves},
                {"cut_short", metrics.cut_short},
                {"bytes_in", metrics.bytes_in},
                {"bytes_out", metrics.bytes_out}}},
              {"rates",
               {{"requests_per_second", metrics.request_rate.per_second(now)},
                {"bytes_in_per_second", metrics.in_rate.per_second(now)},
                {"bytes_out_per_second", metrics.out_rate.per_second(now)}}},
              {"latencies", std::move(latencies)}};
}

Json describe_reputation(const reputation::ScoreBook& scores, const NodeId& id) {
  const auto* score = scores.find(id);
  return Json{{"state", wire::state_name(scores.state_of(id))},
              {"vetted", scores.is_vetted(id)},
              {"integrity", score == nullptr ? Json(nullptr) : Json(score->integrity())},
              {"online", score == nullptr ? Json(nullptr) : Json(score->online())}};
}

Json describe_known_node(const NodeId& id, const dht::KnownNode& node, bool is_live) {
  Json out{{"id", id.hex()},
           {"location", text_or_null(node.record.location)},
           {"endpoints", describe_endpoints(node.record.endpoints)},
           {"is_holder", node.record.is_holder},
           {"capacity", node.record.capacity.value},
           {"free", node.record.free.value},
           {"reachable", is_live},
           {"last_seen", nullptr},
           {"rtt_ms", nullptr}};
  if (node.last_seen) out["last_seen"] = to_rfc3339(*node.last_seen);
  if (node.rtt) out["rtt_ms"] = to_seconds(*node.rtt) * 1000;
  return out;
}

Json describe_nodes(const dht::Directory& directory, const reputation::ScoreBook& scores) {
  std::vector<NodeId> ids;
  for (const auto& [id, node] : directory.nodes()) ids.push_back(id);
  std::ranges::sort(ids);
  auto out = Json::array();
  for (const auto& id : ids) {
    out.push_back(describe_known_node(id, *directory.find(id), directory.is_live(id)));
    out.back()["reputation"] = describe_reputation(scores, id);
  }
  return out;
}

/// How this node stands in the network of nodes.
Json describe_dht(const dht::Kademlia& dht) {
  const auto verdict = dht.reachability().verdict();
  const auto observed = dht.observed();
  return Json{{"nodes", dht.table().size()},
              {"lookups", dht.counters().lookups},
              {"requests", dht.counters().requests},
              {"reachable", verdict ? Json(*verdict) : Json(nullptr)},
              {"observed_address", observed ? Json(to_string(*observed)) : Json(nullptr)}};
}

Json describe_queues(const ApiContext& context, const Metrics& metrics) {
  std::uint64_t in_flight = 0;
  for (const auto& [node, bytes] : context.files.in_flight) in_flight += bytes.value;
  return Json{{"transfers", metrics.transfers},
              {"max_transfers", context.settings.max_transfers},
              {"memory_total", context.files.memory.total()},
              {"memory_free", context.files.memory.free()},
              {"bytes_in_flight", in_flight},
              {"repairs_waiting", context.repairs.planner().queue().size()},
              {"repairs_running", context.repairs.planner().running().size()}};
}

/// The rest is in GET /agreements.
Json describe_agreements(const ApiContext& context) {
  constexpr std::size_t kMaxListed = 1000;
  auto out = Json::array();
  for (const auto& [id, agreement] : context.agreements.all()) {
    if (out.size() == kMaxListed) break;
    out.push_back(describe(agreement, context.payments));
  }
  return out;
}

}  // namespace

std::string node_json(const NodeAnswer& node) {
  return text_of(Json{{"node_id", node.id.hex()},
                      {"pubkey", node.key.hex()},
                      {"capacity", node.capacity.value},
                      {"location", text_or_null(node.location)},
                      {"endpoints", describe_endpoints(node.endpoints)},
                      {"registered", to_rfc3339(node.registered)}});
}

std::string status_json(const ApiContext& context, const Metrics& metrics, SteadyTime started,
                        StatusRequest wanted) {
  const auto now = context.clock.now();
  const auto& offer = context.registration.offer();
  auto roles = Json::array({"owner"});
  if (offer) roles.push_back("holder");
  auto problems = Json::array();
  for (const auto& problem : context.problems()) {
    problems.push_back({{"code", problem.code}, {"detail", problem.detail}});
  }
  Json document;
  document["node_id"] = context.identity.id().hex();
  document["pubkey"] = context.identity.public_key().hex();
  document["version"] = context.settings.version;
  document["uptime_seconds"] = std::chrono::floor<std::chrono::seconds>(now - started).count();
  document["roles"] = std::move(roles);
  document["location"] = text_or_null(offer ? offer->location : std::string());
  document["endpoints"] = describe_endpoints(context.own_record.endpoints());
  document["storage"] = describe_storage(context.chunks);
  document["files"] = context.catalog.file_count();
  document["peers"] = {{"known", context.directory.nodes().size()},
                       {"connected", context.transport.connection_count()}};
  document["dht"] = describe_dht(context.dht.kademlia());
  document["healthy"] = problems.empty();
  document["problems"] = std::move(problems);
  if (wanted.metrics) document["metrics"] = describe_metrics(metrics, now);
  if (wanted.detailed) {
    document["nodes"] = describe_nodes(context.directory, context.files.scores);
    document["agreements"] = describe_agreements(context);
    document["queues"] = describe_queues(context, metrics);
  }
  return text_of(document);
}

}  // namespace mycostr::api
