// Whether an owner opens a channel towards a holder, and why or why not: pure.
#pragma once

#include "mycostr/wallet.hpp"
#include "payment/peer_wallets.hpp"
#include "payment/settings.hpp"

namespace mycostr::payment {

/// A channel that is wanted: on disk before the wallet is told, so that it is opened once.
struct ChannelIntent {
  enum class State : std::uint8_t {
    intended,  ///< the wallet may have been told
    opening,   ///< `point` waits for its confirmations
    open,
    failed  ///< nothing came of it
  };
  NodeId peer;
  LightningKey key;
  State state = State::intended;
  std::uint64_t capacity_sat = 0;
  WallTime at;                                 ///< intended
  WallTime changed;                            ///< came to its state
  std::vector<std::string> known_points = {};  ///< of the channels with that node before: another one is this
  std::string point = {};
  std::string why = {};  ///< it failed

  bool is_under_way() const { return state == State::intended || state == State::opening; }
  bool operator==(const ChannelIntent&) const = default;
};
/// "intended" and so on.
std::string_view state_name(ChannelIntent::State state);

std::string encode_row(const ChannelIntent& intent);
/// Errors: corrupt.
Result<ChannelIntent> decode_intent_row(const LightningKey& key, std::string_view row);

/// A holder to be paid.
struct PeerNeed {
  NodeId peer;
  PeerWallet wallet;
  Msat owed;
  bool is_regular = false;                   ///< it earns again and again
  Msat month;                                ///< expected to be spent in 30 days
  std::vector<Channel> channels = {};        ///< with it
  bool is_opening = false;                   ///< another one is
  std::optional<ChannelIntent> intent = {};  ///< the last one
};

struct ChannelMeans {
  std::uint64_t funds_sat = 0;         ///< on the chain
  std::uint64_t opened_today_sat = 0;  ///< intents of the last 24 h that did not fail
};

struct ChannelDecision {
  enum class Way { direct, routed, wait, open };
  NodeId peer;
  LightningKey key;
  Way way = Way::wait;
  std::string why = {};
  std::uint64_t capacity_sat = 0;  ///< open
};
/// "direct", "routed", "wait", "open"
std::string_view way_name(ChannelDecision::Way way);

/// A channel to the same node is not opened more than once in this time.
inline constexpr auto kBetweenChannels = std::chrono::hours(24);
/// After an intent that failed; and how long payments over other nodes must have failed before one.
Duration intent_pause(const Settings& settings);

/// One decision for each, in their order; what is opened for the first is not there for the others.
std::vector<ChannelDecision> plan_channels(const std::vector<PeerNeed>& needs, ChannelMeans means,
                                           const Settings& settings, WallTime now);

}  // namespace mycostr::payment
