#include "api/channels_handler.hpp"

#include "api/channels_view.hpp"
#include "api/page.hpp"
#include "api/text.hpp"

namespace mycostr::api {
namespace {

constexpr std::size_t kMaxPoint = 80;

/// Where a channel stands in the list: ids grow with the blocks that confirmed them.
struct Place {
  std::uint64_t id = 0;
  std::string point;
  auto operator<=>(const Place&) const = default;

  std::string text() const { return std::to_string(id) + "-" + point; }
  static std::optional<Place> parse(std::string_view text) {
    const auto dash = text.find('-');
    const auto id = parse_number(text.substr(0, dash));
    if (!id || dash == std::string_view::npos || text.size() - dash > kMaxPoint) return std::nullopt;
    return Place{*id, std::string(text.substr(dash + 1))};
  }
};

std::map<LightningKey, NodeId> nodes_of(const payment::Payments& payments) {
  std::map<LightningKey, NodeId> out;
  for (const auto& [peer, wallet] : payments.peers().all()) out.emplace(wallet.key, peer);
  for (const auto& [key, intent] : payments.channels().intents()) out.emplace(key, intent.peer);
  return out;
}

}  // namespace

Outcome<Answer> ChannelsHandler::show(const Parameters& parameters) const {
  if (auto known = parameters.allow_only({"limit", "cursor", "order"}); !known)
    return std::unexpected(known.error());
  const auto page = read_page(parameters);
  if (!page) return std::unexpected(page.error());
  const auto after = page->cursor ? Place::parse(*page->cursor) : std::nullopt;
  if (page->cursor && !after) return no_such_cursor();
  const auto& payments = context_.payments;
  const auto& keeper = payments.channels();
  std::map<Place, Channel> channels;
  for (const auto& channel : keeper.channels()) channels.emplace(Place{channel.id, channel.point}, channel);
  std::vector<Place> places;
  for (const auto& [place, channel] : channels) places.push_back(place);
  const bool has_more = cut_page(places, after, *page);
  const bool has_wallet = payments.settings().wallet != payment::Settings::Wallet::none;
  ChannelsView view{.wallet = payments.wallet(),
                    .channels = {},
                    .next_cursor = has_more ? places.back().text() : "",
                    .pending = keeper.pending(),
                    .intents = keeper.intents(),
                    .decisions = keeper.decisions(),
                    .nodes = nodes_of(payments),
                    .mode = payments.settings().rebalance.mode,
                    .last_run = payments.rebalancer().last(),
                    .next_run = has_wallet ? std::optional(payments.rebalancer().next()) : std::nullopt};
  for (const auto& place : places) view.channels.push_back(std::move(channels.at(place)));
  return Answer{200, channels_json(view), {}};
}

}  // namespace mycostr::api
