// The shards of one agreement, on disk, in slots 0 to n - 1: one that joins is appended, one that leaves
// gives its slot to the last one. Slots lie in pages of 256, each a whole subtree of the RFC 6962 tree over
// all slots, so that a change reads and writes the pages it touches and no others.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "agreement/agreement.hpp"
#include "mycostr/meta_store.hpp"
#include "mycostr/worker_pool.hpp"

namespace mycostr::agreement {

inline constexpr std::uint64_t kSlotsPerPage = 256;

constexpr std::uint64_t page_count(std::uint64_t slots) {
  return (slots + kSlotsPerPage - 1) / kSlotsPerPage;
}

/// A view of the rows as they were when it was loaded; made for each use, at most 512 kB (of page roots). Who
/// reads while another changes the set is told so by `conflict`, and loads again. Loop thread only; hashes on
/// the pool. Errors of all tasks: io, corrupt, and those named.
class ShardSet {
 public:
  ShardSet(MetaStore& store, WorkerPool& pool, AgreementId agreement)
      : store_(store), pool_(pool), agreement_(agreement) {}

  /// Before anything else. Without rows: the empty set.
  Task<Result<void>> load();
  std::uint64_t size() const { return size_; }
  ByteCount bytes() const { return bytes_; }
  const Digest& root() const { return root_; }

  /// The entries of these slots, in this order. REQUIRES: each < size(). Errors: conflict.
  Task<Result<std::vector<wire::ShardEntry>>> entries(std::vector<std::uint64_t> slots);
  Task<Result<std::optional<std::uint64_t>>> slot_of(ShardId shard);

  struct Proof {
    std::vector<wire::ShardEntry> entries;  ///< of the slots
    std::vector<Digest> path;               ///< crypto::batch_path over their leaves (wire::leaf_of)
  };
  /// REQUIRES: slots are sorted, distinct, each < size(), at least one. Errors: conflict.
  Task<Result<Proof>> prove(std::vector<std::uint64_t> slots);

  /// What the set would be after a change.
  struct Draft {
    Digest root;
    std::uint64_t size = 0;
    ByteCount bytes;
    WriteBatch rows;  ///< makes it so

    void append_to(WriteBatch& batch) const;
  };
  /// Writes nothing. Errors: not_found (a removed shard is not in it), exists (an added one is), full
  /// (wire::kMaxShardsPerAgreement), conflict.
  Task<Result<Draft>> prepare(wire::Delta delta);

  /// The last page, for taking the set apart piece by piece; empty where nothing is left.
  Task<Result<std::vector<wire::ShardEntry>>> last_page();
  /// Adds to `batch` what removes the last page, whose entries these are; the set is as if it had.
  void drop_last_page(const std::vector<wire::ShardEntry>& entries, WriteBatch& batch);

 private:
  friend class SetEditing;
  using Page = std::vector<wire::ShardEntry>;

  const AgreementId& agreement() const { return agreement_; }
  const std::vector<Digest>& page_roots() const { return page_roots_; }
  /// As it is on disk, checked against its root.
  Task<Result<Page>> read_page(std::uint32_t number);
  Task<Result<std::map<std::uint32_t, Page>>> pages_of(const std::vector<std::uint64_t>& slots);

  MetaStore& store_;
  WorkerPool& pool_;
  const AgreementId agreement_;
  std::uint64_t size_ = 0;
  ByteCount bytes_;
  Digest root_;
  std::vector<Digest> page_roots_;
};

}  // namespace mycostr::agreement
