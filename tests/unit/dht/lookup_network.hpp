// Networks for the tests of lookups.
#pragma once

#include <set>

#include "dht/distance.hpp"
#include "dht/lookup.hpp"
#include "unit/dht/parts.hpp"

namespace mycostr::dht {

/// A network as lookups see it: who knows whom, and who is dead or lies. No datagrams, no time.
class LookupNetwork {
 public:
  LookupNetwork(std::uint64_t seed, std::size_t nodes) : random(seed) {
    for (std::size_t i = 0; i < nodes; ++i) all.push_back(random_contact(random, i));
    for (const auto& contact : all) {
      auto& table = tables.try_emplace(contact.id, contact.id, TableLimits{}).first->second;
      auto others = all;
      std::shuffle(others.begin(), others.end(), engine);
      for (const auto& other : others) table.answered(other, std::nullopt, {});
    }
  }
  std::vector<Contact> answer_of(const NodeId& id, const NodeId& target) const {
    return tables.at(id).closest(target, wire::kMaxContactsPerReply);
  }
  std::vector<Contact> truly_closest(const NodeId& target, std::size_t count) const {
    auto live = all;
    std::erase_if(live, [&](const Contact& c) { return dead.contains(c.id); });
    std::ranges::sort(live, CloserTo{target}, &Contact::id);
    live.resize(std::min(live.size(), count));
    return live;
  }
  std::vector<Contact> start(std::size_t count) {
    std::vector<Contact> out;
    while (out.size() < count) out.push_back(all[random.below(all.size())]);
    return out;
  }

  test::SeededRandom random;
  std::mt19937_64 engine{1};
  std::vector<Contact> all;
  std::map<NodeId, RoutingTable> tables;
  std::set<NodeId> dead;
};

inline std::vector<NodeId> ids_of(const std::vector<Contact>& contacts) {
  std::vector<NodeId> out;
  for (const auto& contact : contacts) out.push_back(contact.id);
  return out;
}

}  // namespace mycostr::dht
