// Inside of agreement only: a ShardSet on its way from one revision to the next, in memory.
#pragma once

#include "agreement/shard_set.hpp"

namespace mycostr::agreement {

using Page = std::vector<wire::ShardEntry>;

Digest root_of(const Page& page);
std::string encode(const Page& page);
/// Errors: corrupt.
Result<Page> decode_page(std::string_view row);
std::string encode_roots(std::uint64_t size, ByteCount bytes, const std::vector<Digest>& page_roots);

/// Loop thread only, but draft(). `set` outlives it, loaded and unchanged.
class SetEditing {
 public:
  explicit SetEditing(ShardSet& set) : set_(set), size_(set.size()), bytes_(set.bytes()) {}

  /// Errors: those of ShardSet::prepare.
  Task<Result<void>> apply(const wire::Delta& delta);
  /// What apply() has led to. Any thread; hashes.
  ShardSet::Draft draft() const;

 private:
  Task<Result<void>> remove(ShardId shard);
  Task<Result<void>> append(wire::ShardEntry entry);
  Task<Result<std::uint64_t>> slot_of(ShardId shard);
  /// Read where it is not here yet.
  Task<Result<Page*>> page(std::uint32_t number);

  ShardSet& set_;
  std::uint64_t size_;
  ByteCount bytes_;
  std::map<std::uint32_t, Page> pages_;     ///< those touched
  std::map<ShardId, std::uint64_t> slots_;  ///< of shards that have come or moved
  std::vector<ShardId> removed_;
};

}  // namespace mycostr::agreement
