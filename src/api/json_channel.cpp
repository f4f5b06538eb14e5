#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/channels_view.hpp"
#include "api/json.hpp"

namespace mycostr::api {
namespace {

using Way = payment::ChannelDecision::Way;

Json id_or_null(std::uint64_t id) {
  return id == 0 ? Json(nullptr) : Json(std::to_string(id));
}

/// A node of this network, or else of the Lightning network.
std::string peer_text(const ChannelsView& view, const LightningKey& key) {
  const auto node = view.nodes.find(key);
  return node == view.nodes.end() ? key.hex() : node->second.hex();
}

const payment::ChannelIntent* intent_of(const ChannelsView& view, const LightningKey& key,
                                        std::string_view point) {
  const auto at = view.intents.find(key);
  return at == view.intents.end() || at->second.point != point ? nullptr : &at->second;
}

/// Why it is there, and what it is good for now.
std::string why_of(const ChannelsView& view, const Channel& channel) {
  std::string out = channel.is_opener ? "opened from here, not by this daemon" : "opened by the other side";
  if (intent_of(view, channel.peer, channel.point) != nullptr) out = "opened to pay this holder";
  const auto decision = std::ranges::find(view.decisions, channel.peer, &payment::ChannelDecision::key);
  if (decision != view.decisions.end() && decision->way == Way::direct)
    out += "; the holder is paid directly: " + decision->why;
  if (!channel.is_active) out += "; not active: the other side is offline";
  return out;
}

Json describe_channel(const ChannelsView& view, const Channel& channel) {
  return Json{{"id", id_or_null(channel.id)},          {"point", channel.point},
              {"peer", peer_text(view, channel.peer)}, {"lightning_key", channel.peer.hex()},
              {"capacity_sat", channel.capacity_sat},  {"local_msat", channel.local.value},
              {"remote_msat", channel.remote.value},   {"active", channel.is_active},
              {"opener", channel.is_opener},           {"payments_under_way", channel.pending.size()},
              {"why", why_of(view, channel)}};
}

Json describe_pending(const ChannelsView& view, const PendingChannel& channel) {
  const bool is_wanted = channel.is_opening && intent_of(view, channel.peer, channel.point) != nullptr;
  return Json{{"peer", peer_text(view, channel.peer)},
              {"lightning_key", channel.peer.hex()},
              {"point", text_or_null(channel.point)},
              {"capacity_sat", channel.capacity_sat},
              {"state", channel.is_opening ? "opening" : "closing"},
              {"why", is_wanted ? Json("opened to pay this holder") : Json(nullptr)}};
}

Json describe_intent(const payment::ChannelIntent& intent) {
  return Json{{"peer", intent.peer.hex()},
              {"lightning_key", intent.key.hex()},
              {"point", text_or_null(intent.point)},
              {"capacity_sat", intent.capacity_sat},
              {"state", payment::state_name(intent.state)},
              {"why", "the wallet was asked to open it, and does not list it yet"}};
}

Json describe_all_pending(const ChannelsView& view) {
  auto out = Json::array();
  for (const auto& channel : view.pending) {
    if (out.size() == kMaxShownOfChannels) return out;
    out.push_back(describe_pending(view, channel));
  }
  for (const auto& [key, intent] : view.intents) {
    if (out.size() == kMaxShownOfChannels) return out;
    const bool is_listed =
        !intent.point.empty() && std::ranges::count(view.pending, intent.point, &PendingChannel::point) > 0;
    if (intent.is_under_way() && !is_listed) out.push_back(describe_intent(intent));
  }
  return out;
}

/// A holder whose channel suffices needs nothing next.
Json describe_decisions(const ChannelsView& view) {
  auto out = Json::array();
  for (const auto& decision : view.decisions) {
    if (out.size() == kMaxShownOfChannels) return out;
    if (decision.way == Way::direct) continue;
    const bool opens = decision.way == Way::open;
    out.push_back({{"peer", decision.peer.hex()},
                   {"lightning_key", decision.key.hex()},
                   {"decision", payment::way_name(decision.way)},
                   {"why", decision.why},
                   {"capacity_sat", opens ? Json(decision.capacity_sat) : Json(nullptr)}});
  }
  return out;
}

Json describe_move(const payment::RebalanceMove& move) {
  return Json{{"from", id_or_null(move.from)},      {"to", id_or_null(move.to)},
              {"amount_msat", move.amount.value},   {"fee_msat", move.fee.value},
              {"max_fee_msat", move.max_fee.value}, {"result", payment::result_name(move.result)},
              {"why", text_or_null(move.why)}};
}

Json describe_rebalance(const ChannelsView& view) {
  const bool is_dry = view.mode == payment::RebalanceSettings::Mode::dry_run;
  auto moves = Json::array();
  auto skipped = Json::array();
  const auto run = view.last_run.value_or(payment::RebalanceRun{});
  for (const auto& move : run.moves) {
    if (moves.size() < kMaxShownOfChannels) moves.push_back(describe_move(move));
  }
  for (const auto& skip : run.skipped) {
    if (skipped.size() < kMaxShownOfChannels)
      skipped.push_back({{"channel", id_or_null(skip.channel)}, {"why", skip.why}});
  }
  return Json{{"last", view.last_run ? Json(to_rfc3339(run.at)) : Json(nullptr)},
              {"next", time_or_null(view.next_run)},
              {"mode", is_dry ? "dry-run" : "on"},
              {"moves", std::move(moves)},
              {"skipped", std::move(skipped)}};
}

}  // namespace

std::string channels_json(const ChannelsView& view) {
  auto channels = Json::array();
  for (const auto& channel : view.channels) channels.push_back(describe_channel(view, channel));
  return text_of(Json{{"channels", std::move(channels)},
                      {"pending", describe_all_pending(view)},
                      {"next", describe_decisions(view)},
                      {"rebalance", describe_rebalance(view)},
                      {"wallet",
                       {{"state", payment::state_name(view.wallet.state)},
                        {"detail", text_or_null(view.wallet.detail)},
                        {"lightning_key", view.wallet.key ? Json(view.wallet.key->hex()) : Json(nullptr)}}},
                      {"next_cursor", text_or_null(view.next_cursor)}});
}

}  // namespace mycostr::api
