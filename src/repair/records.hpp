// What people and metrics are told of repair. Values.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "repair/chunk_view.hpp"
#include "repair/holders.hpp"

namespace mycostr::repair {

enum class RepairState {
  waiting,
  running,
  done,
  failed  ///< the last try did; it waits for another
};
std::string_view repair_state_name(RepairState state);

/// One repair as GET /repairs shows it.
struct RepairRecord {
  std::uint64_t id = 0;  ///< grows, across restarts too
  ChunkKey key;          ///< file and index of the chunk
  ChunkId chunk;
  ShardId shard;  ///< the new one; until it is made, and where none is, the one missed or taken back
  Reason reason = Reason::offline;
  RepairState state = RepairState::waiting;
  std::uint32_t live = 0;      ///< places that counted when it was looked at last
  std::optional<NodeId> from;  ///< the holder whose copy is missing, or taken back
  std::optional<NodeId> to;    ///< the new holder
  WallTime queued;
  std::optional<WallTime> finished;
  ByteCount bytes;      ///< sent to the new holder
  std::string problem;  ///< why it failed, or has not been done yet; empty: nothing in its way
};

/// A freeze, for people.
struct FrozenSince {
  WallTime since;
  std::string why;
};

/// What happened, for GET /events.
struct Event {
  enum class Kind {
    shard_lost,      ///< by proof, or the holder's own word
    shard_repaired,  ///< `repair` is set
    node_state,      ///< `holder` is `to` now, and was `from`
    frozen,
    thawed
  };
  Kind kind = Kind::shard_lost;
  NodeId holder;
  ShardId shard;                         ///< of shard_lost
  std::optional<ChunkKey> key;           ///< of shard_lost
  Reason reason = Reason::offline;       ///< of shard_lost
  HolderState from = HolderState::live;  ///< of node_state
  HolderState to = HolderState::live;    ///< of node_state
  std::optional<RepairRecord> repair;    ///< of shard_repaired
};

/// The newest kMaxDone repairs that are done.
class History {
 public:
  static constexpr std::size_t kMaxDone = 1000;

  void add(RepairRecord record);
  const std::deque<RepairRecord>& all() const { return records_; }  ///< oldest first
  std::uint64_t done() const { return done_; }                      ///< in this life of the node

 private:
  std::deque<RepairRecord> records_;
  std::uint64_t done_ = 0;
};

}  // namespace mycostr::repair
