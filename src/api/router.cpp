#include "api/router.hpp"

#include <algorithm>
#include <array>

#include "api/text.hpp"

namespace mycostr::api {
namespace {

constexpr std::array kRoutes = {
    RouteEntry{"GET", "/healthz", Route::healthz},
    RouteEntry{"GET", "/openapi.json", Route::openapi},
    RouteEntry{"POST", "/store", Route::store},
    RouteEntry{"GET", "/retrieve/{file_id}", Route::retrieve},
    RouteEntry{"HEAD", "/retrieve/{file_id}", Route::retrieve},
    RouteEntry{"GET", "/files", Route::list_files},
    RouteEntry{"GET", "/files/{file_id}", Route::show_file},
    RouteEntry{"DELETE", "/files/{file_id}", Route::delete_file},
    RouteEntry{"POST", "/node/register", Route::register_node},
    RouteEntry{"GET", "/node/status", Route::status},
    RouteEntry{"GET", "/node/standing", Route::standing},
    RouteEntry{"GET", "/node/scrub", Route::show_scrub},
    RouteEntry{"POST", "/node/scrub", Route::start_scrub},
    RouteEntry{"GET", "/node/drain", Route::show_drain},
    RouteEntry{"POST", "/node/drain", Route::start_drain},
    RouteEntry{"DELETE", "/node/drain", Route::stop_drain},
    RouteEntry{"GET", "/nodes", Route::list_nodes},
    RouteEntry{"GET", "/nodes/{node_id}", Route::show_node},
    RouteEntry{"GET", "/nodes/{node_id}/why_not", Route::why_not},
    RouteEntry{"GET", "/nodes/{node_id}/reputation", Route::reputation},
    RouteEntry{"GET", "/agreements", Route::list_agreements},
    RouteEntry{"GET", "/agreements/{agreement_id}", Route::show_agreement},
    RouteEntry{"GET", "/agreements/{agreement_id}/statements", Route::list_statements},
    RouteEntry{"GET", "/audits", Route::list_audits},
    RouteEntry{"POST", "/audits", Route::ask_audit},
    RouteEntry{"GET", "/audits/{audit_id}/transcript", Route::transcript},
    RouteEntry{"GET", "/repairs", Route::list_repairs},
    RouteEntry{"GET", "/payments", Route::list_payments},
    RouteEntry{"GET", "/payments/totals", Route::payment_totals},
    RouteEntry{"GET", "/channels", Route::show_channels},
    RouteEntry{"GET", "/events", Route::events},
};

constexpr std::array<std::string_view, kRouteCount> kNames = {
    "healthz",     "openapi",     "store",      "retrieve",       "list_files",  "show_file",
    "delete_file", "register",    "status",     "standing",       "show_scrub",  "start_scrub",
    "show_drain",  "start_drain", "stop_drain", "list_nodes",     "show_node",   "why_not",
    "reputation",  "agreements",  "agreement",  "statements",     "list_audits", "ask_audit",
    "transcript",  "repairs",     "payments",   "payment_totals", "channels",    "events"};

/// The first segment, taken off the front of a path that begins with '/'.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// The id in the path, empty where the pattern has none; nothing where the path is another.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  std::string id;
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const auto wanted = take_segment(pattern);
    const auto raw = take_segment(path);
    auto segment = percent_decode(raw, false).value_or(std::string(raw));
    if (wanted.starts_with('{')) {
      if (segment.empty()) return std::nullopt;
      id = std::move(segment);
    } else if (segment != wanted) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return id;
}

}  // namespace

std::span<const RouteEntry> routes() {
  return kRoutes;
}

std::string_view route_name(Route route) {
  return kNames[static_cast<std::size_t>(route)];
}

Target split_target(std::string_view target) {
  if (!target.starts_with('/')) {
    const auto scheme_end = target.find("://");
    if (scheme_end == std::string_view::npos) return {target, {}};
    const auto path = target.find_first_of("/?", scheme_end + 3);
    if (path == std::string_view::npos) return {"/", {}};
    target.remove_prefix(path);
  }
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {mark == 0 ? "/" : target.substr(0, mark), target.substr(mark + 1)};
}

Outcome<RouteMatch> find_route(std::string_view method, std::string_view path) {
  std::string allowed;
  for (const auto& entry : kRoutes) {
    auto id = match(entry.path, path);
    if (!id) continue;
    if (entry.method == method) return RouteMatch{entry.route, std::move(*id)};
    allowed += (allowed.empty() ? "" : ", ") + std::string(entry.method);
  }
  if (allowed.empty())
    return refuse(Code::not_found, "There is nothing at this path; see GET /openapi.json.");
  return std::unexpected(ApiError{.code = Code::method_not_allowed,
                                  .detail = "This path takes: " + allowed + ".",
                                  .headers = {{"Allow", allowed}}});
}

}  // namespace mycostr::api
