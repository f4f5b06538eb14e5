#include "payment/channel_plan.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace mycostr::payment {
namespace {

using Way = ChannelDecision::Way;
using State = ChannelIntent::State;

constexpr std::uint64_t kLeastChannelSat = 100'000;
constexpr std::uint64_t kRoundSat = 10'000;
/// What the opening transaction may cost; the wallet knows better.
constexpr std::uint64_t kChainFeeSat = 2'000;

/// Each side leaves a hundredth in the channel.
bool is_enough(const Channel& channel, Msat owed) {
  return channel.local.value - static_cast<std::int64_t>(channel.capacity_sat * 10) >= owed.value;
}

/// A hundredth is kept in it, and its fees on the chain are kept ready.
std::uint64_t wanted_sat(const PeerNeed& need, const Settings& settings) {
  const auto spend = static_cast<std::uint64_t>(std::max(need.month.value, need.owed.value)) / 1000;
  const auto least = std::max(settings.channels.min_sat, kLeastChannelSat);
  return std::max(least, round_up(spend + spend / 50 + 8'000, kRoundSat));
}

/// By the channels there are; nothing: they do not decide it.
std::optional<ChannelDecision> by_channels(const PeerNeed& need, ChannelDecision out) {
  const auto is_active = [](const Channel& channel) { return channel.is_active; };
  for (const auto& channel : need.channels) {
    if (!channel.is_active || !is_enough(channel, need.owed)) continue;
    out.way = Way::direct;
    out.why = fmt::format("its channel holds {} sat", channel.local.value / 1000);
    return out;
  }
  out.way = Way::wait;
  out.why = "a channel to it is being opened";
  if (need.is_opening || (need.intent && need.intent->is_under_way())) return out;
  out.why = "the channel with it is not active: it, or the wallet here, is offline";
  if (!need.channels.empty() && std::ranges::none_of(need.channels, is_active)) return out;
  return std::nullopt;
}

/// What stands against opening one; empty: nothing does.
std::string against_opening(const PeerNeed& need, const Settings& settings, WallTime now) {
  if (settings.channels.open == ChannelSettings::Open::never)
    return "no route to it, and channels.open is \"never\"";
  if (!need.is_regular && need.owed < settings.threshold)
    return "no route to it, and it is not owed regularly yet";
  if (need.wallet.addresses.empty()) return "no route to it, and its wallet's address is not known";
  // Its wallet, or one on the way to it, may be away for a moment.
  if (now - need.wallet.routed_at < intent_pause(settings))
    return "no route to it since " + to_rfc3339(need.wallet.routed_at) + ", which may pass";
  if (!need.intent) return {};
  const auto& intent = *need.intent;
  if (intent.state == State::failed && now - intent.changed < intent_pause(settings))
    return "the last try to open a channel failed: " + intent.why;
  if (intent.state == State::open && now - intent.at < kBetweenChannels)
    return "a channel to it was opened within a day, and holds too little";
  return {};
}

ChannelDecision decide(const PeerNeed& need, const ChannelMeans& means, const Settings& settings,
                       WallTime now) {
  ChannelDecision out{.peer = need.peer, .key = need.wallet.key};
  if (auto decided = by_channels(need, out)) return *decided;
  if (need.wallet.routed != PeerWallet::Routed::failed) {
    out.way = Way::routed;
    out.why = need.wallet.routed == PeerWallet::Routed::found ? "the last payment over other nodes arrived"
                                                              : "payments go over other nodes first";
    return out;
  }
  out.why = against_opening(need, settings, now);
  if (!out.why.empty()) return out;
  const auto& channels = settings.channels;
  const auto spendable = means.funds_sat - std::min(means.funds_sat, kChainFeeSat);
  const auto left = channels.daily_budget_sat - std::min(channels.daily_budget_sat, means.opened_today_sat);
  const auto least = std::max(channels.min_sat, kLeastChannelSat);
  out.capacity_sat = std::min({wanted_sat(need, settings), spendable, left});
  if (left < least) {
    out.why = fmt::format("no route to it, and {} sat of channels.daily_budget_sat are left", left);
  } else if (spendable < least) {
    out.why = fmt::format("no route to it, and {} sat on the chain are too little for a channel", spendable);
  } else {
    out.way = Way::open;
    out.why = "it is owed, and there is no route to it: " + need.wallet.why;
    return out;
  }
  out.capacity_sat = 0;
  return out;
}

}  // namespace

std::string_view state_name(ChannelIntent::State state) {
  switch (state) {
    case State::intended:
      return "intended";
    case State::opening:
      return "opening";
    case State::open:
      return "open";
    case State::failed:
      return "failed";
  }
  return "";
}

std::string_view way_name(ChannelDecision::Way way) {
  switch (way) {
    case Way::direct:
      return "direct";
    case Way::routed:
      return "routed";
    case Way::wait:
      return "wait";
    case Way::open:
      return "open";
  }
  return "";
}

Duration intent_pause(const Settings& settings) {
  return std::min<Duration>(std::chrono::hours(1), settings.period);
}

std::vector<ChannelDecision> plan_channels(const std::vector<PeerNeed>& needs, ChannelMeans means,
                                           const Settings& settings, WallTime now) {
  std::vector<ChannelDecision> out;
  for (const auto& need : needs) {
    out.push_back(decide(need, means, settings, now));
    const auto& made = out.back();
    if (made.way != Way::open) continue;
    means.opened_today_sat += made.capacity_sat;
    means.funds_sat -= std::min(means.funds_sat, made.capacity_sat + kChainFeeSat);
  }
  return out;
}

}  // namespace mycostr::payment
