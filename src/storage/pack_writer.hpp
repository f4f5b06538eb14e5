// The writing half of the pack store: appends, removals and moves, as they come from the writer's queue.
#pragma once

#include <atomic>
#include <map>
#include <variant>

#include "base/buffer.hpp"
#include "storage/group_writer.hpp"
#include "storage/pack_files.hpp"
#include "storage/shard_index.hpp"

namespace mycostr::storage {

struct PutJob {
  ShardKey key;
  Buffer data;
  std::uint32_t data_crc = 0;
};

struct RemoveJob {
  std::vector<ShardKey> keys;
};

/// Records of a pack that is being compacted.
struct MoveJob {
  struct Record {
    ShardKey key;
    Location from;
    Buffer data;
    std::uint32_t data_crc = 0;
  };
  std::vector<Record> records;
};

using PackJob = std::variant<PutJob, RemoveJob, MoveJob>;

/// Writer's thread only, but for syncs(). Index and files outlive it.
///
/// Put: records to the open pack, fdatasync, index (its log unsynced: the tail of the open pack is read at
/// start). Remove: index (synced), then the records' headers are cleared and synced, so that a rebuilt index
/// does not bring them back; their blocks are freed later (dead_space.hpp). Move: as put and remove in one.
/// Ranges of a pack are never used again.
class PackWriter {
 public:
  using Entry = GroupWriter<PackJob>::Entry;

  /// The index has been recovered. A pack is at most `pack_size` long, unless one record is longer.
  PackWriter(ShardIndex& index, PackFiles& files, std::uint64_t pack_size);

  /// Sets the results of the entries. Errors: io, full, corrupt.
  void write(std::span<Entry> group);
  /// fdatasyncs of appended records. Any thread.
  std::uint64_t syncs() const { return syncs_; }

 private:
  struct Append {
    ShardKey key;
    const Buffer* data;
    std::uint32_t data_crc;
    std::optional<Location> from;         // moves
    std::vector<Result<void>*> outcomes;  // of all who wait for it
  };
  void put(std::span<Entry> entries);
  void remove(std::span<Entry> entries);
  void move(std::span<Entry> entries);

  void append_all(std::span<const Append> records);
  Result<std::size_t> make_room(std::span<const Append> records);
  Result<void> append(std::span<const Append> records);
  Result<void> write_records(std::span<const Append> records);
  Result<void> start_pack();
  void give_back_tail();

  ShardIndex& index_;
  PackFiles& files_;
  const std::uint64_t pack_size_;
  std::atomic<std::uint64_t> syncs_ = 0;
  Buffer headers_;
  Buffer zeros_;

  std::shared_ptr<PackFile> open_;  // none: the next append starts a pack
  std::optional<std::uint32_t> open_number_;
  std::uint64_t end_ = 0;          // of what has been appended to it
  std::uint64_t allocated_ = 0;    // the file's length
  std::uint64_t initialized_ = 0;  // up to here blocks have been written once, if only with zeros
  std::uint64_t next_sequence_;
};

}  // namespace mycostr::storage
