#include "dht/reachability.hpp"

#include <algorithm>

namespace mycostr::dht {
namespace {
constexpr auto kWait = std::chrono::seconds(10);
constexpr std::size_t kMaxChecks = 8;
}  // namespace

wire::Nonce Reachability::begin(Random& random, SteadyTime now) {
  if (checks_.size() >= kMaxChecks) checks_.erase(checks_.begin());
  checks_.push_back({random.make<wire::Nonce>(), now});
  return checks_.back().nonce;
}

void Reachability::withdraw(const wire::Nonce& nonce) {
  std::erase_if(checks_, [&](const Check& check) { return check.nonce == nonce; });
}

bool Reachability::knocked(const wire::Nonce& nonce, SteadyTime now) {
  const auto at = std::ranges::find(checks_, nonce, &Check::nonce);
  if (at == checks_.end() || now - at->begun > kWait) return false;
  checks_.erase(at);
  ++knocks_;
  if (knocks_ >= kKnocks) was_reached_ = true;
  if (is_server() || knocks_ >= kKnocks) failures_ = 0;
  return true;
}

bool Reachability::is_waiting_for(const wire::Nonce& nonce) const {
  return std::ranges::find(checks_, nonce, &Check::nonce) != checks_.end();
}

void Reachability::knocked_by_known(const wire::Nonce& nonce) {
  if (!is_waiting_for(nonce)) return;
  withdraw(nonce);
  if (is_server()) failures_ = 0;
}

void Reachability::tick(SteadyTime now) {
  const auto over = std::erase_if(checks_, [&](const Check& check) { return now - check.begun > kWait; });
  failures_ += static_cast<unsigned>(over);
  if (over > 0) knocks_ = 0;
}

std::optional<bool> Reachability::verdict() const {
  if (failures_ >= kFailures) return false;
  if (was_reached_ && failures_ == 0) return true;
  return std::nullopt;
}

}  // namespace mycostr::dht
