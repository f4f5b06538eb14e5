#include "api/nodes_handler.hpp"

#include <algorithm>

#include "api/render.hpp"
#include "api/store_options.hpp"
#include "async/timeout.hpp"
#include "files/candidates.hpp"

namespace mycostr::api {
namespace {

constexpr std::uint64_t kDefaultPage = 100;
constexpr std::uint64_t kMaxPage = 1000;
constexpr std::size_t kMaxText = 512;
constexpr auto kLookupLimit = std::chrono::seconds(15);

Outcome<std::optional<placement::Area>> area_of(const Parameters& parameters) {
  const auto text = parameters.text("location", kMaxText);
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::optional<placement::Area>();
  auto area = placement::parse_area(**text);
  if (!area) {
    return refuse_field(Code::unknown_location, "location",
                        "This is no location; use a continent, or ISO 3166 codes such as DE or US-CA.");
  }
  return area;
}

bool lies_in(const dht::KnownNode& node, const std::optional<placement::Area>& area) {
  if (!area) return true;
  const auto location = placement::parse_location(node.record.location);
  return location && placement::contains(*area, *location);
}

}  // namespace

Outcome<Answer> NodesHandler::list(Parameters parameters) {
  if (auto known = parameters.allow_only({"location", "reachable", "limit", "cursor", "order"}); !known) {
    return std::unexpected(known.error());
  }
  const auto area = area_of(parameters);
  if (!area) return std::unexpected(area.error());
  const auto reachable = parameters.boolean("reachable", false);
  if (!reachable) return std::unexpected(reachable.error());
  const bool any_reach = !parameters.has("reachable");
  const auto limit = parameters.number("limit", kDefaultPage, 1, kMaxPage);
  if (!limit) return std::unexpected(limit.error());
  const auto cursor = parameters.text("cursor", kMaxText);
  if (!cursor) return std::unexpected(cursor.error());
  const auto after = *cursor ? NodeListPlace::parse(**cursor) : std::optional(NodeListPlace());
  if (!after)
    return refuse_field(Code::invalid_value, "cursor", "This is no next_cursor of an earlier answer.");
  const auto order = parameters.text("order", kMaxText);
  if (!order) return std::unexpected(order.error());
  if (*order && **order != "asc" && **order != "desc") {
    return refuse_field(Code::invalid_value, "order", "The order is asc or desc.");
  }
  const bool descending = order->value_or("asc") == "desc";
  std::vector<NodeListPlace> places;
  for (const auto& [id, node] : context_.directory.nodes()) {
    const NodeListPlace place{node.first_seen, id};
    const bool is_before = *cursor && (descending ? place >= *after : place <= *after);
    if (is_before || !lies_in(node, *area)) continue;
    if (any_reach || context_.directory.is_live(id) == *reachable) places.push_back(place);
  }
  std::ranges::sort(places);
  if (descending) std::ranges::reverse(places);
  const bool has_more = places.size() > *limit;
  places.resize(std::min<std::size_t>(places.size(), *limit));
  return Answer{200, node_list_json(context_, places, has_more), {}};
}

Task<Outcome<NodeId>> NodesHandler::find(std::string id) {
  const auto node = NodeId::from_hex(id);
  if (node && context_.directory.find(*node) != nullptr) co_return *node;
  if (node && *node != context_.identity.id()) {
    struct Lookup {
      static Task<> in(dht::Service& dht, NodeId wanted) { co_await dht.find(wanted); }
    };
    co_await async::finish_within(context_.clock, Lookup::in(context_.dht, *node), kLookupLimit);
    if (context_.directory.find(*node) != nullptr) co_return *node;
  }
  co_return refuse(Code::node_not_found, "No such node is known here, nor found in the network.");
}

Task<Outcome<Answer>> NodesHandler::show(std::string id, Parameters parameters) {
  if (auto known = parameters.allow_only({}); !known) co_return std::unexpected(known.error());
  const auto node = co_await find(std::move(id));
  if (!node) co_return std::unexpected(node.error());
  co_return Answer{200, known_node_json(context_, *node), {}};
}

Task<Outcome<Answer>> NodesHandler::why_not(std::string id, Parameters parameters) {
  if (auto known = parameters.allow_only({"size", "geographic"}); !known) {
    co_return std::unexpected(known.error());
  }
  const auto chunk_size = context_.files.settings.chunk_size;
  const auto size = parameters.number("size", chunk_size, 0, UINT64_MAX);
  if (!size) co_return std::unexpected(size.error());
  auto areas = read_areas(parameters);
  if (!areas) co_return std::unexpected(areas.error());
  const auto node = co_await find(std::move(id));
  if (!node) co_return std::unexpected(node.error());
  const auto shard = std::clamp<std::uint64_t>(*size, kLeafSize, chunk_size);
  const placement::Request request{context_.identity.id(), std::move(*areas), ByteCount{shard}};
  const placement::Eligible eligible(files::candidates(context_.files), request,
                                     context_.files.settings.placement);
  auto exclusions = eligible.explain({});
  std::erase_if(exclusions, [&](const placement::Exclusion& exclusion) { return exclusion.node != *node; });
  co_return Answer{200, why_not_json(exclusions), {}};
}

}  // namespace mycostr::api
