// Eligible::pick: greedy choice of a chunk's holders.
#include <algorithm>
#include <array>

#include "placement/placement.hpp"

namespace mycostr::placement {

class Picker {
 public:
  Picker(const Eligible& eligible, const ChunkRequest& chunk, const Load& load, Random& random);

  std::vector<NodeId> run(std::size_t copies);

 private:
  using Index = Eligible::Index;
  struct Range {
    Index first;
    Index last;
  };
  enum class Wish { new_continent, new_country, any };
  enum class Among { all, vetted, newcomers };

  bool may_try_a_newcomer() const;
  void use_subnet_and_region(const Eligible::Node& node);
  std::optional<Index> choose(Among among);
  std::optional<Index> choose_with_newcomers_on_trial(bool is_newcomers_turn);
  std::vector<Range> ranges_of(Wish wish) const;
  std::optional<Index> best_of_two(std::span<const Range> ranges) const;
  std::optional<Index> best_of_two_usable(std::span<const Range> ranges) const;
  ByteCount under_way_to(const Eligible::Node& node) const;
  bool is_usable(Index index) const;
  Index better(Index a, Index b) const { return score(nodes_[b]) > score(nodes_[a]) ? b : a; }
  double score(const Eligible::Node& node) const;

  const Eligible& eligible_;
  const std::vector<Eligible::Node>& nodes_;
  const Load& load_;
  Random& random_;
  const std::size_t holders_;  ///< of the chunk, in the end
  Among among_ = Among::all;
  bool has_newcomer_ = false;  ///< among those that keep a shard of the chunk
  std::vector<bool> barred_;
  std::vector<bool> subnet_used_;
  std::array<bool, kContinents + 1> continent_used_{};
  std::vector<std::uint16_t> countries_used_;
};

Picker::Picker(const Eligible& eligible, const ChunkRequest& chunk, const Load& load, Random& random)
    : eligible_(eligible),
      nodes_(eligible.nodes_),
      load_(load),
      random_(random),
      holders_(chunk.held.size() + chunk.copies),
      barred_(eligible.nodes_.size()),
      subnet_used_(eligible.subnets_) {
  for (const auto& id : chunk.failed) {
    if (const auto found = eligible.index_.find(id); found != eligible.index_.end())
      barred_[found->second] = true;
  }
  for (const auto& id : chunk.held) {
    const auto found = eligible.index_.find(id);
    if (found == eligible.index_.end()) continue;
    barred_[found->second] = true;
    if (!nodes_[found->second].vetted) has_newcomer_ = true;
    use_subnet_and_region(nodes_[found->second]);
  }
}

void Picker::use_subnet_and_region(const Eligible::Node& node) {
  subnet_used_[node.subnet] = true;
  continent_used_[node.continent] = true;
  countries_used_.push_back(node.country);
}

std::vector<NodeId> Picker::run(std::size_t copies) {
  const bool has_grown = eligible_.has_grown(holders_);
  const bool tries_a_newcomer = has_grown && may_try_a_newcomer();
  std::vector<NodeId> out;
  while (out.size() < copies) {
    // The last one: the others have then seen to the regions.
    const bool is_last = out.size() + 1 == copies;
    const auto chosen =
        has_grown ? choose_with_newcomers_on_trial(is_last && tries_a_newcomer) : choose(Among::all);
    if (!chosen) break;
    barred_[*chosen] = true;
    use_subnet_and_region(nodes_[*chosen]);
    out.push_back(nodes_[*chosen].id);
  }
  return out;
}

bool Picker::may_try_a_newcomer() const {
  return !has_newcomer_ && random_.below(kChunksPerNewcomer) == 0;
}

/// Enough vetted nodes may still be too few once some are full or have failed: a newcomer then is better than
/// no copy.
std::optional<Picker::Index> Picker::choose_with_newcomers_on_trial(bool is_newcomers_turn) {
  if (is_newcomers_turn) {
    if (const auto chosen = choose(Among::newcomers)) return chosen;
  }
  if (const auto chosen = choose(Among::vetted)) return chosen;
  return choose(Among::all);
}

std::optional<Picker::Index> Picker::choose(Among among) {
  among_ = among;
  const bool is_first = countries_used_.empty();
  if (!is_first) {
    for (const auto wish : {Wish::new_continent, Wish::new_country}) {
      if (const auto chosen = best_of_two(ranges_of(wish))) return chosen;
    }
  }
  return best_of_two(ranges_of(Wish::any));
}

/// A node whose country is unknown brings no new region: it is taken where none does.
std::vector<Picker::Range> Picker::ranges_of(Wish wish) const {
  if (wish == Wish::any) return {{0, static_cast<Index>(eligible_.eligible_)}};
  std::vector<Range> out;
  for (const auto& country : eligible_.countries_) {
    const bool is_used = wish == Wish::new_continent ? continent_used_[country.continent]
                                                     : std::ranges::count(countries_used_, country.code) > 0;
    if (country.code != 0 && !is_used) out.push_back({country.first, country.last});
  }
  return out;
}

std::optional<Picker::Index> Picker::best_of_two(std::span<const Range> ranges) const {
  Index total = 0;
  for (const auto& range : ranges) total += range.last - range.first;
  constexpr Index kTries = 16;
  std::optional<Index> first;
  for (Index i = 0; i < kTries && total > kTries; ++i) {
    auto offset = static_cast<Index>(random_.below(total));
    const auto* range = ranges.data();
    for (; offset >= range->last - range->first; ++range) offset -= range->last - range->first;
    const auto index = range->first + offset;
    if (!is_usable(index) || index == first) continue;
    if (first) return better(*first, index);
    first = index;
  }
  return best_of_two_usable(ranges);
}

/// Looks at every node, because few are usable.
std::optional<Picker::Index> Picker::best_of_two_usable(std::span<const Range> ranges) const {
  std::vector<Index> usable;
  for (const auto& range : ranges) {
    for (auto i = range.first; i < range.last; ++i) {
      if (is_usable(i)) usable.push_back(i);
    }
  }
  if (usable.empty()) return std::nullopt;
  std::swap(usable.front(), usable[random_.below(usable.size())]);
  if (usable.size() == 1) return usable.front();
  return better(usable.front(), usable[1 + random_.below(usable.size() - 1)]);
}

ByteCount Picker::under_way_to(const Eligible::Node& node) const {
  const auto found = load_.find(node.id);
  return found == load_.end() ? ByteCount{} : found->second;
}

bool Picker::is_usable(Index index) const {
  const auto& node = nodes_[index];
  if (barred_[index] || subnet_used_[node.subnet]) return false;
  if (among_ != Among::all && node.vetted != (among_ == Among::vetted)) return false;
  const auto room = among_ == Among::newcomers ? std::min(node.free, node.trial_room) : node.free;
  const auto under_way = under_way_to(node);
  return under_way <= room && room - under_way >= eligible_.shard_size_;
}

double Picker::score(const Eligible::Node& node) const {
  const auto under_way = static_cast<double>(under_way_to(node).value);
  // At most 1: free space and capacity are what the node says of itself.
  const auto free = static_cast<double>(node.free.value) - under_way;
  const auto free_fraction = std::min(free / static_cast<double>(node.capacity.value), 1.0);
  const auto shards_under_way =
      under_way / static_cast<double>(std::max<std::uint64_t>(eligible_.shard_size_.value, 1));
  return node.merit * free_fraction / (1 + shards_under_way);
}

std::vector<NodeId> Eligible::pick(const ChunkRequest& chunk, const Load& load, Random& random) const {
  return Picker(*this, chunk, load, random).run(chunk.copies);
}

}  // namespace mycostr::placement
