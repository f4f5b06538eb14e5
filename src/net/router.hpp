// A home router that can be asked to pass a port on to this machine.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/ip_address.hpp"

namespace mycostr::net {

struct PortMapping {
  UdpAddress external;         ///< of TCP and UDP alike
  std::chrono::seconds lease;  ///< how long the router keeps it
};

/// Any one thread; each call blocks, for some seconds where the router is slow. What it answers is as
/// trustworthy as the local network.
class Router {
 public:
  virtual ~Router() = default;
  virtual std::string_view protocol() const = 0;
  /// Maps TCP and UDP of `port`, or renews that: outside at `wish`, or at another port where that one is
  /// taken. Errors: unreachable (no answer), forbidden (the router refuses), conflict (no port is free on
  /// both).
  virtual Result<PortMapping> map(std::uint16_t port, std::uint16_t wish, std::chrono::seconds lease) = 0;
  /// As far as the router listens.
  virtual void unmap(std::uint16_t port, const PortMapping& mapping) = 0;
};

/// By UPnP (Internet Gateway Device 1 and 2). `url`: of the router's description; empty: found by multicast,
/// which takes two seconds. Errors: unreachable.
Result<std::unique_ptr<Router>> find_upnp_router(const std::string& url);
/// By NAT-PMP (RFC 6886). `gateway`: an IPv4 address; nothing: the default route's. Errors: unreachable.
Result<std::unique_ptr<Router>> find_natpmp_router(const std::optional<IpAddress>& gateway);

}  // namespace mycostr::net
