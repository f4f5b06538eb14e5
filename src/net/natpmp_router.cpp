#include <fmt/core.h>
#include <natpmp.h>
#include <poll.h>

#include <algorithm>

#include "net/router.hpp"

namespace mycostr::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto kPatience = seconds(2);  // four tries of the library, 250 ms to 1 s apart
constexpr auto kShortestWait = milliseconds(1);
constexpr auto kLongestWait = milliseconds(1000);

Error error_of(int status) {
  if (status == NATPMP_ERR_NOTAUTHORIZED) return {Errc::forbidden, "the router refuses"};
  if (status == NATPMP_ERR_OUTOFRESOURCES) return {Errc::forbidden, "the router has no room for it"};
  return {Errc::unreachable, fmt::format("no answer (libnatpmp {})", status)};
}

class NatPmpRouter final : public Router {
 public:
  NatPmpRouter() = default;
  NatPmpRouter(const NatPmpRouter&) = delete;
  NatPmpRouter& operator=(const NatPmpRouter&) = delete;
  ~NatPmpRouter() override {
    if (is_open_) closenatpmp(&natpmp_);
  }

  Result<void> open(const std::optional<IpAddress>& gateway) {
    in_addr_t forced = 0;
    if (gateway) {
      std::copy_n(gateway->bytes.begin() + 12, sizeof forced, reinterpret_cast<std::uint8_t*>(&forced));
    }
    is_open_ = initnatpmp(&natpmp_, gateway ? 1 : 0, forced) == 0;
    if (!is_open_) return fail(Errc::unreachable, "no default route");
    if (const auto address = external_address(); !address) return std::unexpected(address.error());
    return {};
  }

  std::string_view protocol() const override { return "NAT-PMP"; }

  Result<PortMapping> map(std::uint16_t port, std::uint16_t wish, seconds lease) override {
    const auto address = external_address();
    if (!address) return std::unexpected(address.error());
    const auto udp = map_one(NATPMP_PROTOCOL_UDP, port, wish, lease);
    if (!udp) return std::unexpected(udp.error());
    const auto tcp = map_one(NATPMP_PROTOCOL_TCP, port, udp->port, lease);
    if (tcp && tcp->port == udp->port) {
      return PortMapping{{*address, udp->port}, std::min(udp->lease, tcp->lease)};
    }
    unmap(port, {});
    if (!tcp) return std::unexpected(tcp.error());
    return fail(Errc::conflict, fmt::format("ports {} for UDP and {} for TCP", udp->port, tcp->port));
  }

  /// RFC 6886, 3.4: a lifetime of zero removes.
  void unmap(std::uint16_t port, const PortMapping&) override {
    for (const int protocol : {NATPMP_PROTOCOL_UDP, NATPMP_PROTOCOL_TCP}) {
      static_cast<void>(map_one(protocol, port, 0, seconds(0)));
    }
  }

 private:
  struct OneMapping {
    std::uint16_t port;
    seconds lease;
  };

  Result<IpAddress> external_address() {
    const auto is_it = [](const natpmpresp_t& answer) {
      return answer.type == NATPMP_RESPTYPE_PUBLICADDRESS;
    };
    const auto answer = ask([this] { return sendpublicaddressrequest(&natpmp_); }, is_it);
    if (!answer) return std::unexpected(answer.error());
    std::uint8_t four[4];
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&answer->pnu.publicaddress.addr), 4, four);
    return IpAddress::v4(four[0], four[1], four[2], four[3]);
  }

  Result<OneMapping> map_one(int protocol, std::uint16_t port, std::uint16_t wish, seconds lease) {
    const auto send = [&] {
      return sendnewportmappingrequest(&natpmp_, protocol, port, wish,
                                       static_cast<std::uint32_t>(lease.count()));
    };
    // NATPMP_PROTOCOL_* and NATPMP_RESPTYPE_* are the same numbers.
    const auto is_it = [&](const natpmpresp_t& answer) {
      return answer.type == protocol && answer.pnu.newportmapping.privateport == port;
    };
    const auto answer = ask(send, is_it);
    if (!answer) return std::unexpected(answer.error());
    const auto& mapping = answer->pnu.newportmapping;
    if (lease > seconds(0) && (mapping.mappedpublicport == 0 || mapping.lifetime == 0))
      return fail(Errc::forbidden, "the router maps nothing");
    return OneMapping{mapping.mappedpublicport, seconds(mapping.lifetime)};
  }

  /// Sends, again and again as the library's timing has it, and waits for the answer.
  Result<natpmpresp_t> ask(const auto& send, const auto& is_it) {
    if (const int status = send(); status < 0) return std::unexpected(error_of(status));
    const auto end = steady_clock::now() + kPatience;
    while (steady_clock::now() < end) {
      wait_readable();
      natpmpresp_t answer{};
      const int status = readnatpmpresponseorretry(&natpmp_, &answer);
      if (status == 0 && is_it(answer)) return answer;
      // A late answer to an earlier question; what was asked now is still to come.
      if (status == 0) natpmp_.has_pending_request = 1;
      if (status != 0 && status != NATPMP_TRYAGAIN) return std::unexpected(error_of(status));
    }
    return fail(Errc::unreachable, "no answer");
  }

  /// Until the library wants to send again, at the longest.
  void wait_readable() {
    timeval left{};
    getnatpmprequesttimeout(&natpmp_, &left);
    const auto wait = milliseconds(left.tv_sec * 1000 + left.tv_usec / 1000);
    pollfd readable{natpmp_.s, POLLIN, 0};
    ::poll(&readable, 1, static_cast<int>(std::clamp(wait, kShortestWait, kLongestWait).count()));
  }

  natpmp_t natpmp_{};
  bool is_open_ = false;
};

}  // namespace

Result<std::unique_ptr<Router>> find_natpmp_router(const std::optional<IpAddress>& gateway) {
  auto router = std::make_unique<NatPmpRouter>();
  if (const auto opened = router->open(gateway); !opened) return std::unexpected(opened.error());
  return router;
}

}  // namespace mycostr::net
