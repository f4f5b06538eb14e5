#include "base/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace mycostr {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// Of the special-purpose registries of IANA (RFC 6890), those that a public node cannot have.
bool is_special_v4(const std::uint8_t* a) {
  if (a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224) return true;
  if (a[0] == 100 && (a[1] & 0xc0) == 64) return true;
  if (a[0] == 169 && a[1] == 254) return true;
  if (a[0] == 172 && (a[1] & 0xf0) == 16) return true;
  if (a[0] == 192 && (a[1] == 168 || (a[1] == 0 && (a[2] == 0 || a[2] == 2)))) return true;
  if (a[0] == 198 && ((a[1] & 0xfe) == 18 || (a[1] == 51 && a[2] == 100))) return true;
  return a[0] == 203 && a[1] == 0 && a[2] == 113;
}

}  // namespace

IpAddress IpAddress::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  IpAddress ip;
  std::ranges::copy(kMapped, ip.bytes.begin());
  ip.bytes[12] = a;
  ip.bytes[13] = b;
  ip.bytes[14] = c;
  ip.bytes[15] = d;
  return ip;
}

bool IpAddress::is_v4() const {
  return std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  return bytes[15] == 1 && std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return b == 0; });
}

bool IpAddress::is_global() const {
  if (is_v4()) return !is_special_v4(bytes.data() + 12);
  // 2000::/3 is all that is handed out; of it, 2001:db8::/32 is for examples.
  const bool is_example = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8;
  return (bytes[0] & 0xe0) == 0x20 && !is_example;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  const std::string terminated(text);
  IpAddress ip;
  if (::inet_pton(AF_INET6, terminated.c_str(), ip.bytes.data()) == 1) return ip;
  std::uint8_t four[4];
  if (::inet_pton(AF_INET, terminated.c_str(), four) != 1) return std::nullopt;
  return IpAddress::v4(four[0], four[1], four[2], four[3]);
}

std::string to_string(const IpAddress& ip) {
  char text[INET6_ADDRSTRLEN] = {};
  if (ip.is_v4()) {
    ::inet_ntop(AF_INET, ip.bytes.data() + 12, text, sizeof text);
  } else {
    ::inet_ntop(AF_INET6, ip.bytes.data(), text, sizeof text);
  }
  return text;
}

std::string to_string(const UdpAddress& address) {
  return to_string(to_endpoint(address));
}

std::optional<UdpAddress> to_udp(const Endpoint& endpoint) {
  const auto ip = parse_ip(endpoint.host);
  if (!ip) return std::nullopt;
  return UdpAddress{*ip, endpoint.port};
}

Endpoint to_endpoint(const UdpAddress& address) {
  return {to_string(address.ip), address.port};
}

Subnet subnet_of(const IpAddress& ip) {
  Subnet subnet;
  const bool is_v4 = ip.is_v4();
  subnet.bytes[0] = is_v4 ? 4 : 6;
  const auto from = ip.bytes.begin() + (is_v4 ? 12 : 0);
  std::copy(from, from + (is_v4 ? 3 : 6), subnet.bytes.begin() + 1);
  return subnet;
}

}  // namespace mycostr
