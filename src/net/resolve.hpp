// From a host and port to addresses.
#pragma once

#include <boost/asio/io_context.hpp>
#include <vector>

#include "base/endpoint.hpp"
#include "net/tcp_link.hpp"

namespace mycostr::net {

/// A literal address is taken as it is; only names are looked up, off the loop. Errors: unreachable (unknown
/// name, or no answer within `limit`). Cancellation: returns at once; the system's look-up ends unheeded.
Task<Result<std::vector<TcpEndpoint>>> resolve(boost::asio::io_context& loop, Endpoint endpoint,
                                               Duration limit);

/// The same while the program starts. Throws boost::system::system_error.
TcpEndpoint resolve_now(boost::asio::io_context& loop, const Endpoint& endpoint);

/// ::ffff:a.b.c.d, as a socket for both versions sees IPv4, as the IPv4 address that it is.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);
Endpoint to_endpoint(const TcpEndpoint& endpoint);

}  // namespace mycostr::net
