#include "api/nodes_handler.hpp"

#include <algorithm>

#include "api/page.hpp"
#include "api/render.hpp"
#include "api/store_options.hpp"
#include "async/timeout.hpp"
#include "files/candidates.hpp"

namespace mycostr::api {
namespace {

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

Outcome<Answer> NodesHandler::list(const Parameters& parameters) {
  if (auto known = parameters.allow_only({"location", "reachable", "limit", "cursor", "order"}); !known) {
    return std::unexpected(known.error());
  }
  const auto area = area_of(parameters);
  if (!area) return std::unexpected(area.error());
  const auto reachable = parameters.boolean("reachable", false);
  if (!reachable) return std::unexpected(reachable.error());
  const bool any_reach = !parameters.has("reachable");
  const auto page = read_page(parameters);
  if (!page) return std::unexpected(page.error());
  const auto after = page->cursor ? NodeListPlace::parse(*page->cursor) : std::nullopt;
  if (page->cursor && !after) return no_such_cursor();
  std::vector<NodeListPlace> places;
  for (const auto& [id, node] : context_.directory.nodes()) {
    const NodeListPlace place{node.first_seen, id};
    if (!lies_in(node, *area)) continue;
    if (any_reach || context_.directory.is_live(id) == *reachable) places.push_back(place);
  }
  const bool has_more = cut_page(places, after, *page);
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
  auto request = files::request_for(context_.files, std::move(*areas));
  request.shard_size = ByteCount{shard};
  const auto all = files::candidates(context_.files);
  const placement::Eligible eligible(all, request, context_.files.settings.placement);
  const auto at = std::ranges::find(all, *node, &placement::Candidate::id);
  if (at == all.end()) co_return refuse(Code::node_not_found, "No such node is known here.");
  co_return Answer{200, why_not_json(eligible.explain_fully(*at, request)), {}};
}

}  // namespace mycostr::api
