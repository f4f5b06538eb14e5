#include "net/mapped_port.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace mycostr::net {
namespace {

/// However short a lease a router grants, it is not asked more often.
constexpr std::chrono::seconds kLeastKept{60};

SteadyTime now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Duration MappedPort::refresh(const std::stop_token& stop) {
  std::string why;
  if (router_ && map_by(*router_, why)) return keep_for();
  const auto try_router = [&](auto find, const auto& where) {
    if (stop.stop_requested()) return false;
    auto found = find(where);
    if (!found) {
      why += " " + found.error().detail + ".";
      return false;
    }
    router_ = std::move(*found);
    return map_by(*router_, why);
  };
  why += " UPnP:";
  if (try_router(find_upnp_router, options_.igd_url)) return keep_for();
  why += " NAT-PMP:";
  if (try_router(find_natpmp_router, options_.gateway)) return keep_for();
  router_.reset();
  if (!external()) mapping_.reset();
  if (!stop.stop_requested()) say_unmapped(why);
  return options_.retry;
}

bool MappedPort::map_by(Router& router, std::string& why) {
  const auto wish = mapping_ ? mapping_->external.port : port_;
  const auto made = router.map(port_, wish, options_.lease);
  if (!made) {
    why += " " + made.error().detail + ".";
    return false;
  }
  if (!made->external.ip.is_global()) {
    router.unmap(port_, *made);
    why += " the router's own address " + to_string(made->external.ip) +
           " is none of the internet, so another router stands before it.";
    return false;
  }
  if (!mapping_ || mapping_->external != made->external) {
    log(LogLevel::info, "ports", "{}: the router passes {} (TCP and UDP) on to port {}", router.protocol(),
        to_string(made->external), port_);
  }
  mapping_ = *made;
  mapping_->lease = std::min(made->lease, options_.lease);  // whatever a router claims to keep
  runs_out_ = now() + mapping_->lease;
  said_unmapped_ = false;
  return true;
}

Duration MappedPort::keep_for() const {
  return std::max(mapping_->lease / 2, std::min(options_.lease / 2, kLeastKept));
}

void MappedPort::say_unmapped(const std::string& why) {
  // Once, not every ten minutes: many machines have no such router, and need none.
  log(said_unmapped_ ? LogLevel::debug : LogLevel::info, "ports",
      "no router maps port {}; asking again every {:.0f} s.{} Behind a router, pass TCP and UDP port {} on "
      "to "
      "this machine by hand, or other nodes may not reach it",
      port_, to_seconds(options_.retry), why, port_);
  said_unmapped_ = true;
}

void MappedPort::remove() {
  if (!router_ || !mapping_) return;
  router_->unmap(port_, *mapping_);
  log(LogLevel::info, "ports", "the router's port {} is given back", mapping_->external.port);
  mapping_.reset();
}

std::optional<UdpAddress> MappedPort::external() const {
  if (!mapping_ || now() > runs_out_) return std::nullopt;
  return mapping_->external;
}

}  // namespace mycostr::net
