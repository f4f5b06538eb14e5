// What must be true of a world, whatever happened in it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/client.hpp"

namespace mycostr::sim {

/// What a user knows of something it asked for.
enum class Fate {
  no,      ///< refused, or never asked
  yes,     ///< acknowledged
  unknown  ///< the node went before it answered: done wholly, or not at all
};

/// A file as its user remembers it. Its name is unique in its world.
struct Memory {
  std::size_t owner = 0;
  std::string name;
  Bytes content;
  std::optional<std::string> idempotency_key;
  Fate stored = Fate::no;
  Fate deleted = Fate::no;
  FileId id;                     ///< where stored
  bool is_being_stored = false;  ///< with a key, perhaps several times
  std::size_t deletions = 0;     ///< that were tried
};

/// All that users of a world remember, held against the disks of its nodes. Loop thread only.
class Model {
 public:
  explicit Model(SimWorld& world) : world_(world) {}

  Memory& add(std::size_t owner, std::string name, Bytes content);
  std::deque<Memory>& memories() { return memories_; }

  /// Until no owner has anything left to delete; false where that takes too long.
  Task<bool> wait_for_cleaning();
  /// With all nodes up: waits until nothing is left to clean up, then checks everything.
  Task<> check_at_rest();
  void complain(std::string what) { complaints_.push_back(std::move(what)); }
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  using Places = std::map<std::size_t, std::map<ShardKey, ByteCount>>;
  using Shards = std::set<ShardId>;

  bool has_cleaning_left();
  Task<> check_owner(SimNode& owner);
  Task<> check_file(SimNode& owner, const Memory* memory, files::FileInfo file);
  void check_chunk(SimNode& owner, const files::FileInfo& file, const files::ChunkInfo& chunk);
  Task<> check_rows(SimNode& owner, std::size_t files);
  void check_holder(SimNode& holder);
  /// Owner and holders have signed the same, and it is what the catalog says.
  Task<> check_agreements(SimNode& owner);
  Task<> check_agreement(SimNode& owner, SimNode& holder, const Shards& shards);
  Task<> check_set(SimNode& side, agreement::Agreement agreement, const Shards& shards);
  void check_kept_rows(SimNode& owner);
  void check_rows_of_agreements(SimNode& node);
  void check_nothing_leaks(SimNode& node);
  Memory* remembered(std::size_t owner, const std::string& name);
  void complain_of(const SimNode& node, const std::string& what);

  SimWorld& world_;
  std::deque<Memory> memories_;
  std::vector<std::string> complaints_;
  Places expected_;  ///< by holder: shards of the files that are there
  std::map<std::size_t, std::map<NodeId, Shards>> promised_;  ///< by owner and holder: the same
};

}  // namespace mycostr::sim
