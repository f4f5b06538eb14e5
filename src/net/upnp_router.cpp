#include <fmt/core.h>
#include <miniupnpc/miniupnpc.h>
#include <miniupnpc/upnpcommands.h>
#include <miniupnpc/upnperrors.h>

#include <array>

#include "net/router.hpp"

namespace mycostr::net {
namespace {

constexpr int kDiscoveryMs = 2000;
constexpr int kTimeToLive = 2;    // hops, as the UPnP architecture 1.1 recommends
constexpr int kConnectedIgd = 1;  // of UPNP_GetValidIGD
constexpr int kCandidates = 10;   // external ports that are tried

// WANIPConnection, error codes of AddPortMapping
constexpr int kConflict = 718;
constexpr int kConflictWithOthers = 729;
constexpr int kOnlyPermanentLeases = 725;

std::string describe(int status) {
  const char* text = strupnperror(status);
  return text != nullptr ? text : fmt::format("error {}", status);
}

class UpnpRouter final : public Router {
 public:
  UpnpRouter() = default;
  UpnpRouter(const UpnpRouter&) = delete;
  UpnpRouter& operator=(const UpnpRouter&) = delete;
  ~UpnpRouter() override { FreeUPNPUrls(&urls_); }

  bool open(const std::string& url) { return url.empty() ? discover() : look_at(url); }

  std::string_view protocol() const override { return "UPnP"; }

  Result<PortMapping> map(std::uint16_t port, std::uint16_t wish, std::chrono::seconds lease) override {
    const auto address = external_address();
    if (!address) return std::unexpected(address.error());
    for (int i = 0; i < kCandidates; ++i) {
      const auto external = static_cast<std::uint16_t>(wish > UINT16_MAX - kCandidates ? wish - i : wish + i);
      const int status = add_both(port, external, lease);
      if (status == UPNPCOMMAND_SUCCESS) return PortMapping{{*address, external}, lease};
      if (status != kConflict && status != kConflictWithOthers)
        return fail(status < 0 ? Errc::unreachable : Errc::forbidden, describe(status));
    }
    return fail(Errc::conflict, fmt::format("ports from {} on are taken", wish));
  }

  void unmap(std::uint16_t, const PortMapping& mapping) override {
    remove("TCP", mapping.external.port);
    remove("UDP", mapping.external.port);
  }

 private:
  bool discover() {
    int error = UPNPDISCOVER_SUCCESS;
    UPNPDev* const devices =
        upnpDiscover(kDiscoveryMs, nullptr, nullptr, UPNP_LOCAL_PORT_ANY, 0, kTimeToLive, &error);
    const int found = UPNP_GetValidIGD(devices, &urls_, &data_, own_address_.data(), kAddressSize);
    freeUPNPDevlist(devices);
    return found == kConnectedIgd;
  }

  bool look_at(const std::string& url) {
    return UPNP_GetIGDFromUrl(url.c_str(), &urls_, &data_, own_address_.data(), kAddressSize) == 1 &&
           urls_.controlURL != nullptr && data_.first.servicetype[0] != '\0';
  }

  Result<IpAddress> external_address() {
    std::array<char, 40> text{};  // as the library asks for
    const int status = UPNP_GetExternalIPAddress(urls_.controlURL, data_.first.servicetype, text.data());
    if (status != UPNPCOMMAND_SUCCESS) return fail(Errc::unreachable, describe(status));
    text.back() = '\0';
    const auto address = parse_ip(text.data());
    if (!address) return fail(Errc::unreachable, "the router does not know its own address");
    return *address;
  }

  int add_both(std::uint16_t port, std::uint16_t external, std::chrono::seconds lease) {
    if (const int status = add("TCP", port, external, lease); status != UPNPCOMMAND_SUCCESS) return status;
    const int status = add("UDP", port, external, lease);
    if (status != UPNPCOMMAND_SUCCESS) remove("TCP", external);
    return status;
  }

  int add(const char* protocol, std::uint16_t port, std::uint16_t external, std::chrono::seconds lease) {
    const auto add_for = [&](std::chrono::seconds time) {
      return UPNP_AddPortMapping(urls_.controlURL, data_.first.servicetype, std::to_string(external).c_str(),
                                 std::to_string(port).c_str(), own_address_.data(), "mycostrd", protocol,
                                 nullptr, std::to_string(time.count()).c_str());
    };
    const int status = add_for(lease);
    return status == kOnlyPermanentLeases ? add_for(std::chrono::seconds(0)) : status;
  }

  void remove(const char* protocol, std::uint16_t external) {
    UPNP_DeletePortMapping(urls_.controlURL, data_.first.servicetype, std::to_string(external).c_str(),
                           protocol, nullptr);
  }

  static constexpr int kAddressSize = 64;
  UPNPUrls urls_{};
  IGDdatas data_{};
  std::array<char, kAddressSize> own_address_{};  // on the router's side of this machine
};

}  // namespace

Result<std::unique_ptr<Router>> find_upnp_router(const std::string& url) {
  auto router = std::make_unique<UpnpRouter>();
  if (!router->open(url)) return fail(Errc::unreachable, "no router with a connection answers");
  return router;
}

}  // namespace mycostr::net
