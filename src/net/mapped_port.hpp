// A port of this machine as the home router shows it to the internet: the blocking half of PortMapper.
#pragma once

#include <stop_token>

#include "base/time.hpp"
#include "net/router.hpp"

namespace mycostr::net {

struct PortMapperOptions {
  std::string igd_url;                        ///< of a UPnP router's description; empty: found by multicast
  std::optional<IpAddress> gateway;           ///< asked by NAT-PMP; nothing: the default route's
  std::chrono::seconds lease{3600};           ///< renewed at its half
  Duration retry = std::chrono::minutes(10);  ///< after no router answered
};

/// Any one thread. Calls block for up to some ten seconds.
class MappedPort {
 public:
  MappedPort(std::uint16_t port, PortMapperOptions options) : port_(port), options_(std::move(options)) {}

  /// Maps the port, or renews the mapping: by UPnP, else by NAT-PMP. Returns how long to wait until the next
  /// call; at once after a stop.
  Duration refresh(const std::stop_token& stop);
  void remove();
  /// Nothing where no mapping is in force.
  std::optional<UdpAddress> external() const;

 private:
  /// False where it maps nothing of use; the reason is added to `why`.
  bool map_by(Router& router, std::string& why);
  Duration keep_for() const;
  void say_unmapped(const std::string& why);

  const std::uint16_t port_;
  const PortMapperOptions options_;
  std::unique_ptr<Router> router_;
  std::optional<PortMapping> mapping_;
  SteadyTime runs_out_;
  bool said_unmapped_ = false;
};

}  // namespace mycostr::net
