#include "placement/subnet.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace mycostr::placement {
namespace {

std::string key_of_ipv4(const std::uint8_t* bytes) {
  return fmt::format("{}.{}.{}.0/24", bytes[0], bytes[1], bytes[2]);
}

}  // namespace

std::string subnet_key(const Endpoint& endpoint) {
  std::array<std::uint8_t, 4> v4;
  if (inet_pton(AF_INET, endpoint.host.c_str(), v4.data()) == 1) return key_of_ipv4(v4.data());
  std::array<std::uint8_t, 16> v6;
  if (inet_pton(AF_INET6, endpoint.host.c_str(), v6.data()) == 1) {
    constexpr std::array<std::uint8_t, 12> kMappedV4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (std::ranges::equal(kMappedV4, std::span(v6).first(12))) return key_of_ipv4(v6.data() + 12);
    std::ranges::fill(std::span(v6).subspan(6), std::uint8_t{0});
    std::array<char, INET6_ADDRSTRLEN> text;
    inet_ntop(AF_INET6, v6.data(), text.data(), text.size());
    return fmt::format("{}/48", text.data());
  }
  std::string name = endpoint.host;
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return name;
}

}  // namespace mycostr::placement
