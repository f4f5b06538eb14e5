// The part of SimLightning that finds routes: all of them, for networks are small.
#include <algorithm>

#include "support/sim_wallet.hpp"

namespace mycostr::test {
namespace {

constexpr std::int64_t kBaseFeeMsat = 1000;
constexpr std::int64_t kFeePerMillion = 1;
constexpr std::int64_t kMinHtlcMsat = 1000;

}  // namespace

std::expected<std::vector<SimLightning::Hop>, PaymentFailure> SimLightning::route(
    std::size_t payer, const DecodedInvoice& invoice, const SendRequest& request) const {
  std::vector<Hop> best;
  std::vector<Hop> path;
  std::vector<bool> visited(wallets_.size());
  // Amounts are known from the end backwards.
  const auto price = [&] {
    auto msat = invoice.amount.value;
    for (auto hop = path.rbegin(); hop != path.rend(); ++hop) {
      hop->msat = msat;
      if (spendable(channels_[hop->channel], hop->from) < msat) return false;
      msat += kBaseFeeMsat + msat * kFeePerMillion / 1'000'000;
    }
    return path.front().msat - invoice.amount.value <= request.max_fee.value;
  };
  const auto may_leave_by = [&](const Channel& channel) {
    return request.out_channels.empty() || std::ranges::count(request.out_channels, channel.id) > 0;
  };
  const auto walk = [&](const auto& self, std::size_t node) -> void {
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      const auto& channel = channels_[i];
      const bool is_used = std::ranges::count(path, i, &Hop::channel) > 0;
      const bool is_here = channel.ends[0] == node || channel.ends[1] == node;
      if (!is_here || is_used || !is_active(channel) || (path.empty() && !may_leave_by(channel))) continue;
      const std::size_t from = channel.ends[0] == node ? 0 : 1;
      const auto next = channel.ends[1 - from];
      path.push_back({i, from, 0});
      if (wallet(next).key() == invoice.payee) {
        const bool comes_right = !request.last_hop || wallet(node).key() == *request.last_hop;
        if (comes_right && price() && (best.empty() || path.front().msat < best.front().msat)) best = path;
      } else if (!visited[next] && next != payer && path.size() < kMaxHops) {
        visited[next] = true;
        self(self, next);
        visited[next] = false;
      }
      path.pop_back();
    }
  };
  std::int64_t all = 0;
  for (const auto& channel : channels_) {
    if (!is_confirmed(channel)) continue;
    if (channel.ends[0] == payer) all += spendable(channel, 0);
    if (channel.ends[1] == payer) all += spendable(channel, 1);
  }
  if (all < invoice.amount.value) return std::unexpected(PaymentFailure::insufficient_balance);
  if (invoice.amount.value >= kMinHtlcMsat) walk(walk, payer);
  if (best.empty()) return std::unexpected(PaymentFailure::no_route);
  return best;
}

}  // namespace mycostr::test
