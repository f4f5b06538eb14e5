// Whom this node has written to of late: those a router would let in although it lets no stranger in (RFC
// 4787 asks for two minutes at least; many keep to five). Memory is fixed; what does not fit is forgotten.
// Loop thread only.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "base/ip_address.hpp"
#include "base/time.hpp"

namespace mycostr::dht {

class RecentlyAsked {
 public:
  void note(const UdpAddress& address, SteadyTime now) {
    const auto hash = std::hash<UdpAddress>()(address);
    auto* place = find(hash);
    if (place == nullptr) {
      const auto set = set_of(hash);
      place = &*std::ranges::max_element(set, {}, [&](const Slot& slot) { return age(slot, now); });
    }
    *place = {tag_of(hash), seconds(now)};
  }
  /// Wrongly true for one address in some ten thousand: what is recognized is a tag.
  bool contains(const UdpAddress& address, SteadyTime now) {
    const auto* slot = find(std::hash<UdpAddress>()(address));
    return slot != nullptr && age(*slot, now) < kMemory_s;
  }

 private:
  static constexpr std::size_t kSets = 256;
  static constexpr std::size_t kWays = 4;  ///< in one set: chance does not push out what is new
  static constexpr std::uint16_t kMemory_s = 300;
  struct Slot {
    std::uint16_t tag = 0;
    std::uint16_t asked_s = 1U << 15;  ///< wraps after 18 hours; at first: long ago
  };
  static std::uint16_t tag_of(std::size_t hash) { return static_cast<std::uint16_t>(hash >> 48); }
  static std::uint16_t seconds(SteadyTime time) {
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch());
    return static_cast<std::uint16_t>(since.count());
  }
  static std::uint16_t age(const Slot& slot, SteadyTime now) {
    return static_cast<std::uint16_t>(seconds(now) - slot.asked_s);
  }
  std::span<Slot> set_of(std::size_t hash) { return std::span(slots_).subspan(hash % kSets * kWays, kWays); }
  Slot* find(std::size_t hash) {
    const auto set = set_of(hash);
    const auto at = std::ranges::find(set, tag_of(hash), &Slot::tag);
    return at == set.end() ? nullptr : &*at;
  }

  std::vector<Slot> slots_ = std::vector<Slot>(kSets * kWays);
};

}  // namespace mycostr::dht
