#include "base/endpoint.hpp"

#include <algorithm>
#include <charconv>

namespace mycostr {
namespace {

bool is_v6_host(std::string_view host) {
  return std::ranges::count(host, ':') >= 2 &&
         host.find_first_not_of("0123456789abcdefABCDEF:.") == host.npos;
}

bool is_name_or_v4_host(std::string_view host) {
  return std::ranges::all_of(host, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
  });
}

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  bool is_host = false;
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    is_host = is_v6_host(host);
  } else {
    is_host = is_name_or_v4_host(host);
  }
  if (host.empty() || host.size() > 253 || !is_host) return std::nullopt;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return Endpoint{std::string(host), port};
}

bool is_loopback_host(std::string_view host) {
  const bool is_v4 = host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
                     host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "::1" || is_v4;
}

}  // namespace mycostr
