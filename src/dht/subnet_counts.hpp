// How many nodes of a routing table lie in each subnet. A sorted vector: a few hundred subnets fit into a few
// kilobytes, where a hash table would take several times as much on every node. Loop thread only.
#pragma once

#include <algorithm>
#include <vector>

#include "base/ip_address.hpp"

namespace mycostr::dht {

class SubnetCounts {
 public:
  std::size_t of(const Subnet& subnet) const {
    const auto at = place(subnet);
    return at == counts_.end() || at->subnet != subnet ? 0 : at->count;
  }
  std::size_t size() const { return counts_.size(); }
  void add(const Subnet& subnet) {
    auto at = place(subnet);
    if (at == counts_.end() || at->subnet != subnet) at = counts_.insert(at, {subnet, 0});
    ++counts_[static_cast<std::size_t>(at - counts_.begin())].count;
  }
  /// REQUIRES: of(subnet) > 0
  void remove(const Subnet& subnet) {
    const auto at = place(subnet);
    auto& entry = counts_[static_cast<std::size_t>(at - counts_.begin())];
    if (--entry.count == 0) counts_.erase(at);
  }

 private:
  struct Count {
    Subnet subnet;
    std::uint32_t count;  ///< development networks have all nodes in one
  };
  std::vector<Count>::const_iterator place(const Subnet& subnet) const {
    return std::ranges::lower_bound(counts_, subnet, {}, &Count::subnet);
  }

  std::vector<Count> counts_;
};

}  // namespace mycostr::dht
