#include "dht/value_store.hpp"

#include <algorithm>

#include "dht/distance.hpp"

namespace mycostr::dht {
namespace {
constexpr auto kMaxClockSkew = std::chrono::minutes(10);
}  // namespace

std::optional<wire::Refusal> ValueStore::put(ByteView value, WallTime now) {
  const auto pointer = wire::decode_owner_pointer(value);
  if (!pointer) return wire::Refusal::invalid;
  if (pointer->expires <= now || pointer->expires > now + wire::kMaxPointerLife + kMaxClockSkew) {
    return wire::Refusal::outdated;
  }
  const auto owner = pointer->owner();
  const auto known = values_.find(owner);
  if (known == values_.end()) {
    if (!make_room_for(owner, now)) return wire::Refusal::full;
  } else if (pointer->seq < known->second.seq) {
    return wire::Refusal::outdated;
  }
  values_[owner] = {Bytes(value.begin(), value.end()), pointer->seq, pointer->expires};
  return std::nullopt;
}

bool ValueStore::make_room_for(const NodeId& owner, WallTime now) {
  if (values_.size() < kMaxValues) return true;
  drop_expired(now);
  if (values_.size() < kMaxValues) return true;
  const auto farthest = std::ranges::max_element(
      values_, CloserTo{self_}, [](const auto& entry) -> const NodeId& { return entry.first; });
  if (!is_closer(self_, owner, farthest->first)) return false;
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
