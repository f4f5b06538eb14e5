// Where a datagram comes from and goes to: addresses as numbers, never names.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"

namespace mycostr {

/// An IPv6 address, or an IPv4 one in its mapped form ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so that one address
/// has one value.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  static IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
  bool is_v4() const;
  /// 127.0.0.0/8, ::1
  bool is_loopback() const;
  /// What the internet routes: no loopback, private, link-local, multicast, unspecified or documentation
  /// range.
  bool is_global() const;
  auto operator<=>(const IpAddress&) const = default;
};

/// Of a datagram's bytes: fits what any path carries without fragments (RFC 8200: 1280, less the headers).
inline constexpr std::size_t kMaxDatagram = 1200;

struct UdpAddress {
  IpAddress ip;
  std::uint16_t port = 0;
  auto operator<=>(const UdpAddress&) const = default;
};

/// "203.0.113.7", "2001:db8::1": digits only, no names. Nothing where it is neither.
std::optional<IpAddress> parse_ip(std::string_view text);
std::string to_string(const IpAddress& ip);
/// "203.0.113.7:4081", "[2001:db8::1]:4081"
std::string to_string(const UdpAddress& address);
/// Nothing where the host is a name.
std::optional<UdpAddress> to_udp(const Endpoint& endpoint);
Endpoint to_endpoint(const UdpAddress& address);

/// Addresses that are likely to be one operator's: the first three bytes of an IPv4 one, six of an IPv6 one.
struct Subnet {
  std::array<std::uint8_t, 7> bytes{};  ///< the first: 4 or 6
  auto operator<=>(const Subnet&) const = default;
};
Subnet subnet_of(const IpAddress& ip);

}  // namespace mycostr

template <>
struct std::hash<mycostr::IpAddress> {
  std::size_t operator()(const mycostr::IpAddress& ip) const noexcept {
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(ip.bytes.data()), ip.bytes.size()});
  }
};
template <>
struct std::hash<mycostr::UdpAddress> {
  std::size_t operator()(const mycostr::UdpAddress& address) const noexcept {
    return std::hash<mycostr::IpAddress>()(address.ip) * 31 + address.port;
  }
};
template <>
struct std::hash<mycostr::Subnet> {
  std::size_t operator()(const mycostr::Subnet& subnet) const noexcept {
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(subnet.bytes.data()), subnet.bytes.size()});
  }
};
