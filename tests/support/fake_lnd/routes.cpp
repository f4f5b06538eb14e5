#include "support/fake_lnd/routes.hpp"

#include <algorithm>

namespace mycostr::test {

namespace {

constexpr std::size_t kMaxLegs = 6;

class Search {
 public:
  Search(const std::vector<FakeNode>& nodes, const std::vector<FakeChannel>& channels, const RouteWish& wish)
      : nodes_(nodes), channels_(channels), wish_(wish) {}

  std::int64_t available() const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      for (const int side : {0, 1}) {
        if (may_leave_by(i, side)) sum += channels_[i].spendable(side);
      }
    }
    return sum;
  }

  bool extend(std::size_t node, std::size_t legs) {
    if (legs == 0) return node == wish_.to && ends_well();
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      for (const int side : {0, 1}) {
        if (channels_[i].ends[side] != node || !may_take(i, side)) continue;
        path_.push_back({i, side, 0});
        if (extend(channels_[i].ends[1 - side], legs - 1)) return true;
        path_.pop_back();
      }
    }
    return false;
  }

  std::vector<Leg> path() { return std::move(path_); }

 private:
  bool is_active(std::size_t channel) const {
    const auto& [a, b] = channels_[channel].ends;
    return channels_[channel].id != 0 && nodes_[a].is_online && nodes_[b].is_online;
  }
  bool may_leave_by(std::size_t channel, int side) const {
    return channels_[channel].ends[side] == wish_.from && is_active(channel) &&
           (wish_.out_channels.empty() || std::ranges::count(wish_.out_channels, channels_[channel].id) > 0);
  }
  /// No node is passed twice.
  bool may_take(std::size_t channel, int side) const {
    if (path_.empty()) return may_leave_by(channel, side);
    if (!is_active(channel)) return false;
    const auto next = channels_[channel].ends[1 - side];
    if (next == wish_.from && next != wish_.to) return false;
    return std::ranges::none_of(path_, [&](const Leg& leg) {
      const auto passed = channels_[leg.channel].ends[1 - leg.side];
      return leg.channel == channel || passed == next;
    });
  }
  /// Sets the legs' amounts, from the last to the first.
  bool ends_well() {
    const auto& last = path_.back();
    if (wish_.last_hop && channels_[last.channel].ends[last.side] != *wish_.last_hop) return false;
    auto msat = wish_.msat;
    for (auto leg = path_.rbegin(); leg != path_.rend(); ++leg) {
      if (leg != path_.rbegin()) msat += forward_fee(msat);
      leg->msat = msat;
      if (channels_[leg->channel].spendable(leg->side) < msat) return false;
    }
    return msat - wish_.msat <= wish_.max_fee_msat;
  }

  const std::vector<FakeNode>& nodes_;
  const std::vector<FakeChannel>& channels_;
  const RouteWish& wish_;
  std::vector<Leg> path_;
};

}  // namespace

std::int64_t forward_fee(std::int64_t msat) {
  return 1000 + msat / 1'000'000;
}

std::variant<std::vector<Leg>, lnrpc::PaymentFailureReason> find_route(
    const std::vector<FakeNode>& nodes, const std::vector<FakeChannel>& channels, const RouteWish& wish) {
  Search search(nodes, channels, wish);
  if (search.available() < wish.msat) return lnrpc::FAILURE_REASON_INSUFFICIENT_BALANCE;
  for (std::size_t legs = 1; legs <= kMaxLegs; ++legs) {
    if (search.extend(wish.from, legs)) return search.path();
  }
  return lnrpc::FAILURE_REASON_NO_ROUTE;
}

}  // namespace mycostr::test
