#include "net/resolve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace mycostr::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxAddresses = 8;  // of one name

std::optional<TcpEndpoint> literal(const Endpoint& endpoint) {
  error_code error;
  const auto address = asio::ip::make_address(endpoint.host, error);
  if (error) return std::nullopt;
  return TcpEndpoint(address, endpoint.port);
}

/// Shared with the look-up's handler, which may come after everybody stopped waiting.
struct LookUp {
  explicit LookUp(asio::io_context& loop) : resolver(loop), done(loop) {}
  tcp::resolver resolver;
  asio::steady_timer done;
  bool ended = false;
  error_code error;
  std::vector<TcpEndpoint> found;
};

}  // namespace

Task<Result<std::vector<TcpEndpoint>>> resolve(asio::io_context& loop, Endpoint endpoint, Duration limit) {
  if (const auto address = literal(endpoint)) co_return std::vector{*address};
  const auto look_up = std::make_shared<LookUp>(loop);
  look_up->done.expires_after(limit);
  look_up->resolver.async_resolve(endpoint.host, std::to_string(endpoint.port),
                                  tcp::resolver::numeric_service,
                                  [look_up](error_code error, const tcp::resolver::results_type& results) {
                                    look_up->ended = true;
                                    look_up->error = error;
                                    for (const auto& entry : results) {
                                      if (look_up->found.size() == kMaxAddresses) break;
                                      look_up->found.push_back(entry.endpoint());
                                    }
                                    look_up->done.cancel();
                                  });
  const auto [error] = co_await look_up->done.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!look_up->ended) {
    look_up->resolver.cancel();
    if (error) throw boost::system::system_error(error);
    co_return fail(Errc::unreachable, to_string(endpoint) + ": the name could not be looked up in time");
  }
  if (look_up->error)
    co_return fail(Errc::unreachable, to_string(endpoint) + ": " + look_up->error.message());
  co_return std::move(look_up->found);
}

TcpEndpoint resolve_now(asio::io_context& loop, const Endpoint& endpoint) {
  if (const auto address = literal(endpoint)) return *address;
  tcp::resolver resolver(loop);
  return resolver.resolve(endpoint.host, std::to_string(endpoint.port), tcp::resolver::numeric_service)
      .begin()
      ->endpoint();
}

asio::ip::address unmapped(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

Endpoint to_endpoint(const TcpEndpoint& endpoint) {
  return {unmapped(endpoint.address()).to_string(), endpoint.port()};
}

}  // namespace mycostr::net
