// The owner's channels: opens what plan_channels() decides, each intent at most once.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "agreement/book.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/wallet.hpp"
#include "payment/channel_plan.hpp"
#include "payment/ledger.hpp"

namespace mycostr::payment {

/// Outlive the keeper; loop thread only.
struct ChannelPorts {
  Clock& clock;
  MetaStore& meta;
  Wallet& wallet;
};

/// Loop thread only. References outlive it. An intent is in row ci/<lightning key>, synced, before the wallet
/// is told. Where its answer is lost, a channel with that node that was not there before is the one; where
/// none turns up in kGiveUpTicks looks at a wallet that answers, nothing came of it.
class ChannelKeeper {
 public:
  static constexpr int kGiveUpTicks = 15;

  ChannelKeeper(ChannelPorts ports, const agreement::Book& agreements, Ledger& ledger, PeerWallets& peers,
                Settings settings)
      : ports_(ports), agreements_(agreements), ledger_(ledger), peers_(peers), settings_(settings) {}

  /// After an intent came to another state, once that is on disk.
  std::function<void(const ChannelIntent&)> on_change;

  /// Once, before run(). Errors: io, corrupt: a channel costs money.
  Task<Result<void>> open();
  /// Until cancelled. Without a wallet it does nothing.
  Task<> run();

  /// What the last look at the wallet led to.
  const std::vector<ChannelDecision>& decisions() const { return decisions_; }
  const std::vector<Channel>& channels() const { return channels_; }
  const std::vector<PendingChannel>& pending() const { return pending_; }
  const std::map<LightningKey, ChannelIntent>& intents() const { return intents_; }

 private:
  /// Errors: those of the wallet, io.
  Task<Result<void>> pass();
  Task<Result<void>> look();
  Task<Result<void>> settle_intents();
  /// What has become of one that is under way.
  ChannelIntent settled(ChannelIntent intent) const;
  std::vector<PeerNeed> needs() const;
  PeerNeed need_of(const NodeId& peer, const PeerWallet& wallet) const;
  ChannelMeans means(std::uint64_t funds_sat) const;
  Task<Result<void>> open_channel(ChannelDecision decision);
  Task<Result<void>> connect(LightningKey key, std::vector<std::string> addresses);
  Task<Result<void>> save(ChannelIntent intent);
  Task<Result<void>> forget_strangers();

  const ChannelPorts ports_;
  const agreement::Book& agreements_;
  Ledger& ledger_;
  PeerWallets& peers_;
  const Settings settings_;
  std::vector<ChannelDecision> decisions_;
  std::vector<Channel> channels_;
  std::vector<PendingChannel> pending_;
  const ChannelIntent* last_intent(const NodeId& peer, const LightningKey& key) const;
  std::map<LightningKey, ChannelIntent> intents_;
  std::map<LightningKey, int> looked_for_;  ///< in vain: how often, since the start
};

}  // namespace mycostr::payment
