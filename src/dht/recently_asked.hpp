// Whom this node has written to of late: those a router would let in although it lets no stranger in (RFC
// 4787 asks for two minutes at least; many keep to five). Memory is fixed; what does not fit is forgotten.
// Loop thread only.
#pragma once

#include <vector>

#include "base/ip_address.hpp"
#include "base/time.hpp"

namespace mycostr::dht {

class RecentlyAsked {
 public:
  void note(const UdpAddress& address, SteadyTime now) {
    const auto hash = std::hash<UdpAddress>()(address);
    slots_[hash % kSlots] = {static_cast<std::uint32_t>(hash >> 32), seconds(now)};
  }
  bool contains(const UdpAddress& address, SteadyTime now) const {
    const auto hash = std::hash<UdpAddress>()(address);
    const auto& slot = slots_[hash % kSlots];
    return slot.tag == static_cast<std::uint32_t>(hash >> 32) && seconds(now) - slot.asked_s < kMemory_s;
  }

 private:
  static constexpr std::size_t kSlots = 512;
  static constexpr std::uint32_t kMemory_s = 300;
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t asked_s = 0;
  };
  static std::uint32_t seconds(SteadyTime time) {
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch());
    return static_cast<std::uint32_t>(since.count());
  }

  std::vector<Slot> slots_ = std::vector<Slot>(kSlots);
};

}  // namespace mycostr::dht
