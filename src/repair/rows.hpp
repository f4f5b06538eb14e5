// Repair's own rows in the MetaStore (docs/protocol.md, "Repair"): what must not be forgotten by a restart.
#pragma once

#include "mycostr/meta_store.hpp"
#include "repair/chunk_view.hpp"
#include "repair/holders.hpp"

namespace mycostr::repair {

/// rh/<holder>: a holder that is, or was, away.
struct HolderRow {
  NodeId holder;
  HolderState state = HolderState::live;
  WallTime since;
};

/// rl/<file><index><shard>: a shard that its holder does not keep, by proof or its own word.
struct LossRow {
  ChunkKey chunk;
  ShardId shard;
  NodeId holder;
  Reason reason = Reason::rot;  ///< failed_audit or rot
};

KeyValue encode(const HolderRow& row);
KeyValue encode(const LossRow& row);
/// Errors: corrupt.
Result<HolderRow> decode_holder_row(const KeyValue& row);
Result<LossRow> decode_loss_row(const KeyValue& row);

/// Loop thread only; the store outlives it. Errors of all tasks: io, corrupt.
class Rows {
 public:
  explicit Rows(MetaStore& store) : store_(store) {}

  Task<Result<std::vector<HolderRow>>> holders();
  /// Buffered: what is lost with the power is seen again.
  Task<Result<void>> put_holder(HolderRow row);
  Task<Result<void>> erase_holder(NodeId holder);

  /// After `after`, in the order of their keys.
  Task<Result<std::vector<LossRow>>> losses(std::optional<LossRow> after, std::size_t limit);
  Task<Result<std::vector<LossRow>>> losses_of(ChunkKey chunk);
  /// Synced.
  Task<Result<void>> put_losses(std::vector<LossRow> rows);
  /// Buffered.
  Task<Result<void>> erase_losses(std::vector<LossRow> rows);

 private:
  Task<Result<std::vector<LossRow>>> scan_losses(ScanRequest request);

  MetaStore& store_;
};

}  // namespace mycostr::repair
