// Which channels get back what flowed out of them, by paying oneself in a circle: pure. Usually none.
#pragma once

#include <string>
#include <vector>

#include "mycostr/wallet.hpp"
#include "payment/settings.hpp"

namespace mycostr::payment {

/// A channel, and what is expected to flow through it in the next 7 days.
struct ChannelFlow {
  Channel channel;
  Msat spend;   ///< out
  Msat income;  ///< in
};

struct RebalanceMove {
  enum class Result : std::uint8_t {
    proposed,   ///< dry run: nothing was sent
    under_way,  ///< or its outcome is not known yet
    done,
    failed
  };
  std::uint64_t from = 0;  ///< channels
  std::uint64_t to = 0;
  LightningKey last_hop;  ///< the peer of `to`
  Msat amount;
  Msat max_fee;
  Msat fee = {};                         ///< done
  std::optional<PaymentHash> hash = {};  ///< sent
  Result result = Result::proposed;
  std::string why = {};  ///< it failed
  bool operator==(const RebalanceMove&) const = default;
};
/// "proposed", "under_way", "done", "failed"
std::string_view result_name(RebalanceMove::Result result);

struct RebalanceSkip {
  std::uint64_t channel = 0;
  std::string why;
  bool operator==(const RebalanceSkip&) const = default;
};

struct RebalancePlan {
  std::vector<RebalanceMove> moves;
  std::vector<RebalanceSkip> skipped;  ///< each channel that gets nothing, and why
};

/// `spent` has gone in fees in the last day. A channel is filled up where it holds less than it will spend,
/// or can take less than it will earn, in 7 days; from one of another peer that has half more than it needs
/// itself.
RebalancePlan plan_rebalance(const std::vector<ChannelFlow>& flows, const RebalanceSettings& settings,
                             Msat spent);

}  // namespace mycostr::payment
