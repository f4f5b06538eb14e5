// How a payment could go through the fake network.
#pragma once

#include <variant>

#include "support/fake_lnd/model.hpp"

namespace mycostr::test {

struct RouteWish {
  std::size_t from;
  std::size_t to;
  std::int64_t msat;
  std::int64_t max_fee_msat;
  std::vector<std::uint64_t> out_channels;  ///< empty: any
  std::optional<std::size_t> last_hop;      ///< nothing: any
};

/// Each node on the way takes 1 sat and a millionth.
std::int64_t forward_fee(std::int64_t msat);

/// The shortest way that has the money and is cheap enough, or why there is none: INSUFFICIENT_BALANCE where
/// all of the sender's channels together have not enough, else NO_ROUTE.
std::variant<std::vector<Leg>, lnrpc::PaymentFailureReason> find_route(
    const std::vector<FakeNode>& nodes, const std::vector<FakeChannel>& channels, const RouteWish& wish);

}  // namespace mycostr::test
