// Who keeps what: the candidates that may serve a file are found once (Eligible), its chunks' holders are
// then picked from them at little cost. No clock, no I/O; loop thread only.
//
// Hard rules: holders lie in the areas asked for, and in distinct subnets. Wishes: a continent that the chunk
// is not in yet, else a country that it is not in yet; within these the better of two random candidates, by
// weight x free fraction x clamp(100 ms / RTT, 0.3, 1) / (1 + shards under way to it).
//
// Newcomers, the nodes that are not vetted yet: in a network that has grown, where vetted nodes are enough
// for a chunk, one chunk in 20 has one newcomer among its holders, and the others none; newcomers take no
// more than their trial room. Where vetted nodes are too few, newcomers are nodes like others.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "mycostr/random.hpp"
#include "placement/location.hpp"

namespace mycostr::placement {

/// Why a node gets no new data though it could keep some.
enum class Distrust {
  none,
  poorly_online,  ///< away too often; counts only where the network has grown
  suspended,      ///< lost some of what it kept
  disqualified    ///< lost too much, for good
};

/// A network has grown once vetted nodes in so many subnets can serve.
inline constexpr std::size_t kEnoughVetted = 3;
/// In a grown network one chunk in so many goes to a newcomer.
inline constexpr std::uint64_t kChunksPerNewcomer = 20;

/// A node as placement sees it. Where an id comes twice, the first counts.
struct Candidate {
  NodeId id;
  std::optional<Location> location;  ///< Nothing: unknown, so in no area.
  std::string subnet;                ///< subnet_key() of where it was reached; all empty ones are one.
  ByteCount capacity;                ///< Zero: no holder.
  ByteCount free;
  bool reachable = false;
  bool accepting = true;  ///< It takes shards of new files.
  std::uint64_t price_msat_per_tb_month = 0;
  double weight = 1.0;  ///< Reputation: 0 (last choice) and up.
  Duration rtt{};       ///< Zero: not measured, as good as a near one.
  Distrust distrust = Distrust::none;
  std::optional<WallTime> last_seen = {};  ///< When it answered last; nothing: never.
  bool vetted = false;
  ByteCount trial_room = {UINT64_MAX};  ///< What it may still take as long as it is not vetted.
};

struct Rules {
  bool distinct_subnets = true;
};

/// What a file asks of its holders.
struct Request {
  NodeId self;                   ///< Holders are other nodes than the owner.
  std::vector<Area> areas = {};  ///< Holders lie in one of them; empty: anywhere.
  ByteCount shard_size;          ///< The largest shard of the file.
  std::uint64_t max_price_msat_per_tb_month = UINT64_MAX;
};

/// Why a node does not serve. Reasons: own_node, no_capacity, disqualified, wrong_location, suspended,
/// poorly_online, offline, not_accepting, too_expensive, full; of one chunk also already_holds, failed,
/// same_subnet, trial_full.
struct Exclusion {
  NodeId node;
  std::string_view reason;  ///< Static.
  std::string detail;       ///< For people.
};

/// What a chunk asks, beyond what its file asks.
struct ChunkRequest {
  /// How many holders to pick.
  std::size_t copies = 0;
  /// They keep a shard of the chunk: neither they nor nodes of their subnets are picked.
  std::span<const NodeId> held = {};
  /// They failed to take a shard, or refused it.
  std::span<const NodeId> failed = {};
};

/// Bytes under way to each node: a node with a long queue is picked less.
using Load = std::unordered_map<NodeId, ByteCount>;

/// The nodes that can serve a file. What it knows of their free space is as old as itself: a holder that
/// became full since then refuses, and goes into ChunkRequest::failed. Costs O(n log n) to make; keeps no
/// reference to its input.
class Eligible {
 public:
  Eligible(std::span<const Candidate> candidates, const Request& request, const Rules& rules);

  /// How many holders one chunk can have at most: the distinct subnets of the nodes that can serve.
  std::size_t available() const { return available_; }

  /// Up to `copies` holders in the order of choice; fewer only where no more can be had. Usually O(copies);
  /// O(n) where few of the nodes that are wished for are usable.
  std::vector<NodeId> pick(const ChunkRequest& chunk, const Load& load, Random& random) const;

  /// Every node that does not serve this chunk, with the first reason found.
  std::vector<Exclusion> explain(const ChunkRequest& chunk) const;
  /// Every reason against one of the candidates, for the first chunk of a file; nothing: it may be picked.
  std::vector<Exclusion> explain_fully(const Candidate& candidate, const Request& request) const;

 private:
  friend class Picker;
  using Index = std::uint32_t;

  struct Node {
    NodeId id;
    double merit;  ///< weight x clamp(100 ms / RTT, 0.3, 1)
    ByteCount capacity;
    ByteCount free;
    ByteCount trial_room;   ///< Of a newcomer.
    Index subnet;           ///< Numbered from 0.
    bool vetted;            ///< and not distrusted
    std::uint16_t country;  ///< Its two letters; 0 where unknown.
    std::uint8_t continent;
  };
  /// The eligible nodes of one country: nodes_[first] to before nodes_[last].
  struct Country {
    std::uint16_t code;
    std::uint8_t continent;
    Index first;
    Index last;
  };

  bool is_eligible(Index index) const { return index < eligible_; }
  /// Whether vetted nodes are enough for so many holders of one chunk.
  bool has_grown(std::size_t holders) const { return vetted_available_ >= std::max(holders, kEnoughVetted); }
  static Node make_node(const Candidate& candidate, Index subnet);
  void sort_and_count();

  std::vector<Node> nodes_;  ///< The eligible ones by continent and country, then the others.
  std::size_t eligible_ = 0;
  std::vector<Country> countries_;
  std::size_t subnets_ = 0;
  std::unordered_map<NodeId, Index> index_;
  std::vector<Exclusion> exclusions_;
  std::size_t available_ = 0;
  std::size_t vetted_available_ = 0;  ///< Distinct subnets of vetted nodes that can serve.
  ByteCount shard_size_;
};

}  // namespace mycostr::placement
