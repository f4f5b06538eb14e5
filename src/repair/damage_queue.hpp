// The damaged chunks that are known, most urgent first: fewest places left, then the worst holder to depend
// on, then the longest known. Bounded. Pure: times are passed in. Loop thread only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "base/time.hpp"
#include "repair/chunk_view.hpp"
#include "repair/settings.hpp"

namespace mycostr::repair {

struct Damage {
  ChunkKey key;
  ChunkId chunk;
  ShardId shard;               ///< the copy that is missing, or too many
  std::optional<NodeId> from;  ///< its holder
  Reason reason = Reason::offline;
  std::uint32_t live = 0;
  double worst_score = 1;
  ByteCount size;
  std::uint64_t id = 0;  ///< of the repair, for people
  WallTime queued;
  std::uint32_t tries = 0;     ///< that failed
  bool has_no_source = false;  ///< the last one: nobody gave the chunk
  std::string problem;         ///< of the last one
  NodeId found_at;             ///< the holder whose chunks were looked at

  bool is_urgent() const { return live <= kUrgentLive; }
};

class DamageQueue {
 public:
  explicit DamageQueue(std::size_t limit = kMaxQueued) : limit_(limit) {}

  /// Not before `ready`. What is known of the chunk already is replaced, its age and number stay. Gives back
  /// what there is no room for: one that has failed, else the least urgent of all, this one perhaps.
  std::optional<Damage> push(Damage damage, SteadyTime ready, SteadyTime now);
  /// The most urgent that is ready, if it has `max_live` places at most.
  std::optional<Damage> take(std::uint32_t max_live, SteadyTime now);
  /// When the next one will be ready that is not yet.
  std::optional<SteadyTime> next_ready() const;
  bool contains(const ChunkKey& key) const { return entries_.contains(key); }
  std::size_t size() const { return entries_.size(); }
  /// In the order of choice, those that wait for their time last.
  std::vector<Damage> first(std::size_t limit) const;

 private:
  using Rank = std::tuple<std::uint32_t, double, std::uint64_t, ChunkKey>;
  struct Entry {
    Damage damage;
    std::uint64_t age;  ///< grows with each new entry
    SteadyTime ready;
  };

  static Rank rank_of(const Entry& entry);
  static std::pair<bool, Rank> worth_of(const Entry& entry);
  void index(const Entry& entry, SteadyTime now);
  Damage remove(const ChunkKey& key);
  void ripen(SteadyTime now);

  const std::size_t limit_;
  std::map<ChunkKey, Entry> entries_;
  /// Of all; those that have failed last, for they must not keep others out for ever.
  std::set<std::pair<bool, Rank>> ranks_;
  std::set<Rank> ready_;  ///< of those that are
  std::set<std::pair<SteadyTime, ChunkKey>> waiting_;
  std::uint64_t next_age_ = 0;
};

}  // namespace mycostr::repair
