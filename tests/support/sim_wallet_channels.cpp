// The part of SimWallet that shows and opens channels.
#include <algorithm>

#include "support/sim_wallet.hpp"

namespace mycostr::test {
namespace {

constexpr std::size_t kPendingOpens = 1;

}  // namespace

Task<Result<std::vector<Channel>>> SimWallet::channels() {
  if (auto asked = co_await ask(); !asked) co_return std::unexpected(asked.error());
  const auto life = life_;
  std::vector<Channel> out;
  for (std::size_t i = 0; i < network_.channels_.size(); ++i) {
    const auto& channel = network_.channels_[i];
    if (!network_.is_confirmed(channel)) continue;
    for (std::size_t end = 0; end < 2; ++end) {
      if (channel.ends[end] != number_) continue;
      out.push_back({.id = channel.id,
                     .point = channel.point,
                     .peer = network_.wallet(channel.ends[1 - end]).key(),
                     .capacity_sat = channel.capacity_sat,
                     .local = Msat{channel.msat[end]},
                     .remote = Msat{channel.msat[1 - end]},
                     .is_active = network_.is_active(channel),
                     .is_opener = end == 0});
      for (const auto& [number, flight] : network_.flights_) {
        const auto carries = std::ranges::any_of(std::span(flight.hops).first(flight.locked),
                                                 [&](const auto& hop) { return hop.channel == i; });
        if (carries && network_.lists(flight)) out.back().pending.push_back(flight.hash);
      }
    }
  }
  if (auto done = co_await answered(life); !done) co_return std::unexpected(done.error());
  co_return out;
}

Task<Result<std::vector<PendingChannel>>> SimWallet::pending_channels() {
  if (auto asked = co_await ask(); !asked) co_return std::unexpected(asked.error());
  const auto life = life_;
  std::vector<PendingChannel> out;
  for (const auto& channel : network_.channels_) {
    if (network_.is_confirmed(channel)) continue;
    for (std::size_t end = 0; end < 2; ++end) {
      if (channel.ends[end] != number_) continue;
      out.push_back(
          {network_.wallet(channel.ends[1 - end]).key(), channel.point, channel.capacity_sat, true});
    }
  }
  if (auto done = co_await answered(life); !done) co_return std::unexpected(done.error());
  co_return out;
}

Task<Result<std::uint64_t>> SimWallet::funds_sat() {
  if (auto asked = co_await ask(); !asked) co_return std::unexpected(asked.error());
  const auto out = funds_sat_;
  if (auto done = co_await answered(life_); !done) co_return std::unexpected(done.error());
  co_return out;
}

Task<Result<void>> SimWallet::connect(LightningKey peer, std::string address) {
  if (auto asked = co_await ask(); !asked) co_return asked;
  const auto life = life_;
  const auto* other = network_.find(peer);
  const bool is_there = other != nullptr && other->is_running() && other->address() == address;
  if (is_there) connected_.push_back(peer);
  if (auto done = co_await answered(life); !done) co_return done;
  if (!is_there) co_return fail(Errc::unreachable, "nobody of that key at " + address);
  co_return Result<void>();
}

Result<std::string> SimWallet::begin_open(const LightningKey& peer, std::uint64_t capacity_sat) {
  const auto* other = network_.find(peer);
  if (other == nullptr || !other->is_running() || std::ranges::find(connected_, peer) == connected_.end())
    return fail(Errc::unreachable, "the peer is not online");
  if (capacity_sat < SimLightning::kMinChannelSat)
    return fail(Errc::conflict, "the channel is below min chan size of 0.00100000 BTC");
  const auto pending = std::ranges::count_if(network_.channels_, [&](const auto& channel) {
    return channel.ends[0] == number_ && channel.ends[1] == other->number_ && !network_.is_confirmed(channel);
  });
  if (static_cast<std::size_t>(pending) >= kPendingOpens)
    return fail(Errc::conflict, "pending channels exceed maximum");
  if (funds_sat_ < capacity_sat + SimLightning::kChainFeeSat)
    return fail(Errc::not_enough, "not enough witness outputs to create funding transaction");
  ++channels_opened_;
  return network_.add_channel(number_, other->number_, capacity_sat).point;
}

Task<Result<std::string>> SimWallet::open_channel(LightningKey peer, std::uint64_t capacity_sat) {
  if (auto asked = co_await ask(); !asked) co_return std::unexpected(asked.error());
  const auto life = life_;
  auto out = begin_open(peer, capacity_sat);
  if (auto done = co_await answered(life); !done) co_return std::unexpected(done.error());
  co_return out;
}

}  // namespace mycostr::test
