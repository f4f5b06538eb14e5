#include "api/guard.hpp"

#include <algorithm>

#include "api/text.hpp"
#include "base/endpoint.hpp"

namespace mycostr::api {
namespace {

struct Authority {
  std::string host;  // lower case, IPv6 without brackets
  std::optional<std::uint16_t> port;
};

std::optional<Authority> parse_authority(std::string_view text) {
  const auto lower = to_lower(text);
  if (auto endpoint = parse_endpoint(lower)) return Authority{std::move(endpoint->host), endpoint->port};
  if (auto endpoint = parse_endpoint(lower + ":1")) return Authority{std::move(endpoint->host), std::nullopt};
  return std::nullopt;
}

bool is_own(const std::string& host, const HttpRequest& request, const ApiSettings& settings) {
  return is_loopback_host(host) || equals_ignoring_case(host, request.local_host()) ||
         std::ranges::any_of(settings.allowed_hosts,
                             [&](const auto& allowed) { return equals_ignoring_case(host, allowed); });
}

/// "http://host:port"; a page of any other port of this machine is a foreign one.
bool is_own_origin(std::string_view origin, const std::optional<Authority>& host, const HttpRequest& request,
                   const ApiSettings& settings) {
  const auto scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) return false;
  const auto scheme = to_lower(origin.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return false;
  const auto page = parse_authority(origin.substr(scheme_end + 3));
  if (!page || !is_own(page->host, request, settings)) return false;
  const std::uint16_t default_port = scheme == "http" ? 80 : 443;
  const auto port = page->port.value_or(default_port);
  // The Host's port is another than the local one where the daemon is reached through a tunnel.
  return port == request.local_port() || (host && port == host->port.value_or(default_port));
}

bool is_same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
  }
  return difference == 0;
}

bool has_token(const HttpRequest& request, const std::string& token) {
  constexpr std::string_view kScheme = "bearer ";
  const auto field = request.field("Authorization");
  if (token.empty() || !field || request.field_count("Authorization") != 1) return false;
  const auto text = trim(*field);
  if (!equals_ignoring_case(text.substr(0, kScheme.size()), kScheme)) return false;
  return is_same_secret(trim(text.substr(kScheme.size())), token);
}

}  // namespace

Outcome<void> admit(const HttpRequest& request, const ApiSettings& settings, bool needs_token) {
  if (request.field_count("Host") > 1)
    return refuse(Code::malformed_request, "A request has one Host field.");
  std::optional<Authority> host;
  if (const auto field = request.field("Host")) {
    host = parse_authority(trim(*field));
    if (!host || !is_own(host->host, request, settings)) {
      return refuse(Code::wrong_host,
                    "Host names another server; use 127.0.0.1, localhost or a name in api.allowed_hosts.");
    }
  }
  if (request.field_count("Origin") > 1 ||
      (request.field("Origin") && !is_own_origin(trim(*request.field("Origin")), host, request, settings))) {
    return refuse(Code::wrong_origin, "Web pages of other origins may not use this API.");
  }
  if (needs_token && !has_token(request, settings.token)) {
    return std::unexpected(ApiError{
        .code = Code::unauthorized,
        .detail = "Send \"Authorization: Bearer <token>\"; the token is in api.token in the data directory.",
        .headers = {{"WWW-Authenticate", "Bearer"}}});
  }
  return {};
}

}  // namespace mycostr::api
