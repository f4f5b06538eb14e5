// Who keeps what: the candidates that may serve a file are found once (Eligible), its chunks' holders are
// then picked from them at little cost. No clock, no I/O; loop thread only.
//
// Hard rules: holders lie in the areas asked for, and in distinct subnets. Wishes: a continent that the chunk
// is not in yet, else a country that it is not in yet; within these the better of two random candidates, by
// weight x free fraction x clamp(100 ms / RTT, 0.3, 1) / (1 + shards under way to it).
#pragma once

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

/// A node as placement sees it. Where an id comes twice, the first counts.
struct Candidate {
  NodeId id;
  std::optional<Location> location;  ///< Nothing: unknown, so in no area.
  std::string subnet;                ///< subnet_key() of where it was reached; all empty ones are one.
  ByteCount capacity;                ///< Zero: no holder.
  ByteCount free;
  bool reachable = false;
  bool accepting = true;  ///< It takes shards of new files.
  double weight = 1.0;    ///< Reputation: 0 (last choice) and up.
  Duration rtt{};         ///< Zero: not measured, as good as a near one.
};

struct Rules {
  bool distinct_subnets = true;
};

/// What a file asks of its holders.
struct Request {
  NodeId self;                   ///< Holders are other nodes than the owner.
  std::vector<Area> areas = {};  ///< Holders lie in one of them; empty: anywhere.
  ByteCount shard_size;          ///< The largest shard of the file.
};

/// Why a node does not serve. Reasons: own_node, no_capacity, wrong_location, offline, not_accepting, full;
/// of one chunk also already_holds, failed, same_subnet.
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

 private:
  friend class Picker;
  using Index = std::uint32_t;

  struct Node {
    NodeId id;
    double merit;  ///< weight x clamp(100 ms / RTT, 0.3, 1)
    ByteCount capacity;
    ByteCount free;
    Index subnet;           ///< Numbered from 0.
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

  std::vector<Node> nodes_;  ///< The eligible ones by continent and country, then the others.
  std::size_t eligible_ = 0;
  std::vector<Country> countries_;
  std::size_t subnets_ = 0;
  std::unordered_map<NodeId, Index> index_;
  std::vector<Exclusion> exclusions_;
  std::size_t available_ = 0;
  ByteCount shard_size_;
};

}  // namespace mycostr::placement
