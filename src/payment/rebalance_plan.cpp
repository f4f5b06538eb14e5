#include "payment/rebalance_plan.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace mycostr::payment {
namespace {

/// A circle has two forwards at least, each at what lnd asks by default.
constexpr std::int64_t kForwards = 2;
constexpr std::int64_t kBaseFeeMsat = 1000;
constexpr std::int64_t kMillion = 1'000'000;

std::int64_t least_fee(std::int64_t amount) {
  return kForwards * (kBaseFeeMsat + amount / kMillion);
}

/// Moves are whole satoshis.
std::int64_t whole_sat(std::int64_t msat) {
  return msat / 1000 * 1000;
}

struct Side {
  const ChannelFlow* flow;
  std::int64_t local;  ///< after the moves so far
  std::int64_t remote;

  /// What it can give away and still have half more than it needs.
  std::int64_t spare_local() const { return local - flow->spend.value - flow->spend.value / 2; }
  std::int64_t spare_remote() const { return remote - flow->income.value - flow->income.value / 2; }
  std::int64_t lacks_local() const { return flow->spend.value - local; }
  std::int64_t lacks_remote() const { return flow->income.value - remote; }
};

class Planner {
 public:
  Planner(const std::vector<ChannelFlow>& flows, const RebalanceSettings& settings, Msat spent)
      : settings_(settings),
        left_(static_cast<std::int64_t>(settings.daily_budget_sat) * 1000 - spent.value) {
    for (const auto& flow : flows)
      sides_.push_back({&flow, flow.channel.local.value, flow.channel.remote.value});
  }

  RebalancePlan plan() {
    for (auto& side : sides_) {
      auto why = visit(side);
      if (!why.empty()) out_.skipped.push_back({side.flow->channel.id, std::move(why)});
    }
    return std::move(out_);
  }

 private:
  /// Why nothing is done for this channel; empty where something is.
  std::string visit(Side& side) {
    if (!side.flow->channel.is_active) return "it is not active";
    if (side.lacks_local() > 0) return fill(side, true, side.lacks_local());
    if (side.lacks_remote() > 0) return fill(side, false, side.lacks_remote());
    return fmt::format(
        "nothing to do: it has {} sat for the {} sat expected to leave in 7 days, and room for {} of {} sat",
        side.local / 1000, side.flow->spend.value / 1000, side.remote / 1000, side.flow->income.value / 1000);
  }

  /// `needy` gets local balance, or gives some away to get room.
  std::string fill(Side& needy, bool wants_local, std::int64_t need) {
    Side* other = nullptr;
    std::int64_t amount = 0;
    for (auto& side : sides_) {
      const bool is_fit = side.flow->channel.is_active && side.flow->channel.peer != needy.flow->channel.peer;
      if (!is_fit) continue;
      auto& giver = wants_local ? side : needy;
      auto& taker = wants_local ? needy : side;
      const auto spare = std::min(giver.spare_local(), wants_local ? taker.remote : taker.spare_remote());
      const auto possible = whole_sat(std::min(need, spare));
      if (possible > amount) {
        amount = possible;
        other = &side;
      }
    }
    if (other == nullptr) {
      return fmt::format("it lacks {} sat {}, and no channel with another peer has any to spare", need / 1000,
                         wants_local ? "to spend" : "of room to earn");
    }
    const auto cap = std::min(amount / 1000 * settings_.max_ppm / 1000, left_);
    if (cap < least_fee(amount)) {
      return fmt::format(
          "would cost more than it earns: {} msat at least for {} sat, and {} msat may be spent on it",
          least_fee(amount), amount / 1000, std::max<std::int64_t>(cap, 0));
    }
    auto& giver = wants_local ? *other : needy;
    auto& taker = wants_local ? needy : *other;
    giver.local -= amount;
    giver.remote += amount;
    taker.local += amount;
    taker.remote -= amount;
    left_ -= cap;
    out_.moves.push_back({.from = giver.flow->channel.id,
                          .to = taker.flow->channel.id,
                          .last_hop = taker.flow->channel.peer,
                          .amount = Msat{amount},
                          .max_fee = Msat{cap}});
    return {};
  }

  const RebalanceSettings settings_;
  std::int64_t left_;
  std::vector<Side> sides_;
  RebalancePlan out_;
};

}  // namespace

std::string_view result_name(RebalanceMove::Result result) {
  switch (result) {
    case RebalanceMove::Result::proposed:
      return "proposed";
    case RebalanceMove::Result::under_way:
      return "under_way";
    case RebalanceMove::Result::done:
      return "done";
    case RebalanceMove::Result::failed:
      return "failed";
  }
  return "";
}

RebalancePlan plan_rebalance(const std::vector<ChannelFlow>& flows, const RebalanceSettings& settings,
                             Msat spent) {
  return Planner(flows, settings, spent).plan();
}

}  // namespace mycostr::payment
