// The owner pointers that this node keeps for others, in memory: owners publish theirs again before they
// expire. Loop thread only.
#pragma once

#include <optional>
#include <unordered_map>

#include "base/ip_address.hpp"
#include "wire/owner_pointer.hpp"

namespace mycostr::dht {

/// One megabyte is all that a flood can take. Beyond it the owner farthest from this node gives way to a
/// closer one: keys made far away are of no use to lock out those whom lookups seek here.
inline constexpr std::size_t kMaxValues = 1000;
/// Put from one subnet, likewise: keys made near cost little as well.
inline constexpr std::size_t kMaxValuesPerSubnet = 16;

class ValueStore {
 public:
  /// Without `distinct_subnets`, for development networks, each subnet may have them all.
  ValueStore(NodeId self, bool distinct_subnets) : self_(self), distinct_subnets_(distinct_subnets) {}
  /// Takes a pointer that is signed by its owner, not expired, not from the future, and newer than the known
  /// one (or the same). Nothing where it was taken.
  std::optional<wire::Refusal> put(ByteView value, const Subnet& from, WallTime now);
  /// Nothing where there is none that has not expired.
  const Bytes* find(const NodeId& owner, WallTime now) const;
  void drop_expired(WallTime now);
  std::size_t size() const { return values_.size(); }

 private:
  struct Kept {
    Bytes value;
    std::uint64_t seq = 0;
    WallTime expires;
    Subnet from;
  };
  bool make_room_for(const NodeId& owner, const Subnet& from, WallTime now);
  /// Of those that `counts` chooses the farthest goes, where `owner` is closer; false where it is not.
  template <class Counts>
  bool replace_farthest(const NodeId& owner, Counts counts);

  const NodeId self_;
  const bool distinct_subnets_;
  std::unordered_map<NodeId, Kept> values_;
};

}  // namespace mycostr::dht
