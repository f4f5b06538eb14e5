#include "dht/value_store.hpp"

#include <algorithm>

#include "dht/distance.hpp"

namespace mycostr::dht {
namespace {
constexpr auto kMaxClockSkew = std::chrono::minutes(10);
}  // namespace

std::optional<wire::Refusal> ValueStore::put(ByteView value, const Subnet& from, WallTime now) {
  const auto pointer = wire::decode_owner_pointer(value);
  if (!pointer) return wire::Refusal::invalid;
  if (pointer->expires <= now || pointer->expires > now + wire::kMaxPointerLife + kMaxClockSkew) {
    return wire::Refusal::outdated;
  }
  const auto owner = pointer->owner();
  const auto known = values_.find(owner);
  if (known == values_.end()) {
    if (!make_room_for(owner, from, now)) return wire::Refusal::full;
  } else if (pointer->seq < known->second.seq) {
    return wire::Refusal::outdated;
  } else if (pointer->seq == known->second.seq) {
    // Anybody can put again what it has got here: that moves it to nobody's share.
    return std::nullopt;
  }
  values_[owner] = {Bytes(value.begin(), value.end()), pointer->seq, pointer->expires, from};
  return std::nullopt;
}

bool ValueStore::make_room_for(const NodeId& owner, const Subnet& from, WallTime now) {
  const auto is_from_there = [&](const Kept& kept) { return kept.from == from; };
  const auto count = [&] {
    return static_cast<std::size_t>(
        std::ranges::count_if(values_, [&](const auto& entry) { return is_from_there(entry.second); }));
  };
  const bool has_share = !distinct_subnets_ || count() < kMaxValuesPerSubnet;
  if (has_share && values_.size() < kMaxValues) return true;
  drop_expired(now);
  if (distinct_subnets_ && count() >= kMaxValuesPerSubnet) return replace_farthest(owner, is_from_there);
  if (values_.size() < kMaxValues) return true;
  return replace_farthest(owner, [](const Kept&) { return true; });
}

template <class Counts>
bool ValueStore::replace_farthest(const NodeId& owner, Counts counts) {
  auto farthest = values_.end();
  for (auto at = values_.begin(); at != values_.end(); ++at) {
    if (!counts(at->second)) continue;
    if (farthest == values_.end() || is_closer(self_, farthest->first, at->first)) farthest = at;
  }
  if (farthest == values_.end() || !is_closer(self_, owner, farthest->first)) return false;
  values_.erase(farthest);
  return true;
}

const Bytes* ValueStore::find(const NodeId& owner, WallTime now) const {
  const auto at = values_.find(owner);
  return at == values_.end() || at->second.expires <= now ? nullptr : &at->second.value;
}

void ValueStore::drop_expired(WallTime now) {
  std::erase_if(values_, [&](const auto& entry) { return entry.second.expires <= now; });
}

}  // namespace mycostr::dht
