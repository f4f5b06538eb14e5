// Which call a request means.
#pragma once

#include <span>

#include "api/problem.hpp"

namespace mycostr::api {

enum class Route {
  healthz,
  openapi,
  store,
  retrieve,
  list_files,
  show_file,
  delete_file,
  register_node,
  status,
  standing,
  show_scrub,
  start_scrub,
  show_drain,
  start_drain,
  stop_drain,
  list_nodes,
  show_node,
  why_not,
  reputation,
  list_agreements,
  show_agreement,
  list_statements,
  list_audits,
  ask_audit,
  transcript,
  list_repairs,
  list_payments,
  payment_totals,
  show_channels,
  events
};
inline constexpr std::size_t kRouteCount = static_cast<std::size_t>(Route::events) + 1;

struct RouteEntry {
  std::string_view method;
  std::string_view path;  ///< segments; "{...}" is any one that is not empty
  Route route;
};
std::span<const RouteEntry> routes();
/// As it stands in metrics and logs.
std::string_view route_name(Route route);

inline constexpr std::size_t kMaxTarget = 8 << 10;

struct Target {
  std::string_view path;  ///< still percent-encoded
  std::string_view query;
};
/// "/path?query", or the same after "http://host" (RFC 9112, 3.2.2).
Target split_target(std::string_view target);

struct RouteMatch {
  Route route;
  std::string id;  ///< the segment of the path that is one, decoded
};
/// Refusals: not_found, method_not_allowed (with Allow). Segments are decoded after the path has been split,
/// so that an encoded '/' or ".." is nothing but text.
Outcome<RouteMatch> find_route(std::string_view method, std::string_view path);

}  // namespace mycostr::api
