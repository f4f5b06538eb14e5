// One file on its way in.
#pragma once

#include "async/task_group.hpp"
#include "crypto/sha256.hpp"
#include "files/probe.hpp"
#include "files/sealed_chunk.hpp"
#include "files/store_service.hpp"

namespace mycostr::files {

/// Loop thread only. Made for one run().
class Upload {
 public:
  Upload(Context& context, Catalog& catalog, const StoreOptions& options, ByteSource& source);

  /// Sends every chunk to its holders. The file's row is the caller's to commit: until then it is not there.
  /// A holder that fails is replaced, until a shard's placing has lasted as long as two calls may.
  /// On failure nothing remains but rows for the Cleaner. Cancellation: likewise.
  Task<std::expected<void, StoreFailure>> run();

  const FileInfo& file() const { return file_; }
  /// Chunks whose receipts are not in the catalog yet.
  std::vector<ChunkInfo> take_unsaved() { return std::move(unsaved_); }
  /// SHA-256 of the plaintext; only with an idempotency key.
  Digest content_hash() { return content_.finish(); }
  /// The upload is given up after all: its remains are left to the Cleaner.
  Task<> abandon();

 private:
  struct Piece {
    Buffer bytes;
    async::Budget::Lease reading;
    async::Budget::Lease memory;
  };

  Task<> read_and_send();
  Task<> dispatch(Piece piece, bool is_last);
  Task<Result<Piece>> read_piece();
  /// Fills `out` unless the file ends before.
  Task<Result<std::size_t>> read_full(MutableBytes out);
  Task<> send_chunk(Piece piece, std::uint64_t index, bool is_last, async::Budget::Lease slot);
  /// Looks at the network anew where too few can be had, or it was long ago: nodes come and go.
  Task<std::vector<NodeId>> pick(HoldersWanted wanted);
  void look_anew();
  Task<bool> plan(ChunkInfo& chunk, const SealedChunk& sealed);
  Task<> send_shard(ChunkInfo& chunk, std::size_t replica, const Buffer& bytes, async::Budget& replacing);
  /// `why`: what the last one did not take it for.
  Task<bool> replace_holder(ChunkInfo& chunk, std::size_t replica, std::vector<NodeId> former_holders,
                            std::string why);
  Task<> save_receipts();
  void fail_with(StoreFailure failure);
  void fail_not_enough(const placement::ChunkRequest& request, std::string why);
  placement::ChunkRequest request_for(const std::vector<NodeId>& held, std::size_t copies) const;

  Context& context_;
  Catalog& catalog_;
  ByteSource& source_;
  const StoreOptions& options_;
  FileInfo file_;
  crypto::FileSecrets secrets_;
  std::shared_ptr<const placement::Eligible> eligible_;
  SteadyTime looked_at_;        ///< when eligible_ was made
  std::vector<NodeId> failed_;  ///< holders that did not take a shard of this file since then
  std::optional<StoreFailure> failure_;
  bool any_planned_ = false;
  Bytes ahead_;  ///< the beginning of the next piece
  std::vector<ChunkInfo> unsaved_;
  std::uint64_t chunks_kept_ = 0;  ///< with all their receipts
  crypto::Sha256 content_;
  async::Budget window_;
  async::TaskGroup chunks_;
};

}  // namespace mycostr::files
