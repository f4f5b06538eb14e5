#include "node/interfaces.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <memory>
#include <string>

namespace mycostr::node {
namespace {

std::string text_of(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address == nullptr) return "";
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    // A link-local address means nothing to others without its interface.
    if (!IN6_IS_ADDR_LINKLOCAL(&v6)) inet_ntop(AF_INET6, &v6, text, sizeof text);
  }
  return text;
}

}  // namespace

std::vector<Endpoint> reachable_endpoints(const Endpoint& listening) {
  const bool is_any_v4 = listening.host == "0.0.0.0";
  if (!is_any_v4 && listening.host != "::") return {listening};
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list(raw, &freeifaddrs);
  std::vector<Endpoint> loopback, others;
  for (const auto* entry = raw; entry != nullptr; entry = entry->ifa_next) {
    const auto host = text_of(entry->ifa_addr);
    const bool is_v6 = host.find(':') != std::string::npos;
    if (host.empty() || (entry->ifa_flags & IFF_UP) == 0 || (is_any_v4 && is_v6)) continue;
    (is_loopback_host(host) ? loopback : others).push_back({host, listening.port});
  }
  return others.empty() ? loopback : others;
}

}  // namespace mycostr::node
