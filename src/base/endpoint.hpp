// Where a node listens.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mycostr {

/// A host (name, IPv4 or IPv6 address without brackets) and a port.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
};

/// "host:port", IPv6 addresses in brackets.
std::string to_string(const Endpoint& endpoint);
/// Nothing where host (1 to 253 characters) or port (1 to 65535) are missing or malformed.
std::optional<Endpoint> parse_endpoint(std::string_view text);
/// 127.0.0.0/8, ::1 or "localhost".
bool is_loopback_host(std::string_view host);

}  // namespace mycostr
