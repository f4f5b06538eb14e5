// What GET /channels shows: values, so that it can be made of anything.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "payment/payments.hpp"

namespace mycostr::api {

struct ChannelsView {
  WalletStatus wallet;
  std::vector<Channel> channels;  ///< the page's
  std::string next_cursor = {};   ///< empty: none
  std::vector<PendingChannel> pending = {};
  std::map<LightningKey, payment::ChannelIntent> intents = {};
  std::vector<payment::ChannelDecision> decisions = {};
  std::map<LightningKey, NodeId> nodes = {};  ///< whose wallet it is, where that is known
  payment::RebalanceSettings::Mode mode = payment::RebalanceSettings::Mode::dry_run;
  std::optional<payment::RebalanceRun> last_run = {};
  std::optional<WallTime> next_run = {};  ///< nothing: none is to come
};

/// Of each list beside the channels; what is more is not shown.
inline constexpr std::size_t kMaxShownOfChannels = 1000;

std::string channels_json(const ChannelsView& view);

}  // namespace mycostr::api
