// Leaving in good order: a holder that drains takes no new shards and says so; the owners move theirs to
// others, take them back, and sign that they have.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "agreement/book.hpp"
#include "base/time.hpp"
#include "mycostr/chunk_store.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::holder {

enum class DrainState { none, draining, drained };
/// "none", "draining", "drained"
std::string_view drain_state_name(DrainState state);

/// How many owners' last words of agreements, signed since that time, say that nothing of theirs is left
/// here.
std::uint64_t leaving_receipts(const agreement::Book& book, WallTime since);

struct DrainStatus {
  DrainState state = DrainState::none;
  std::optional<WallTime> started;
  std::uint64_t shards_left = 0;
  ByteCount bytes_left;
  std::uint64_t receipts =
      0;  ///< owners who have signed, since it began, that nothing of theirs is left here
};

/// Loop thread only. References outlive it. Its state is the row "drain".
class Drain {
 public:
  /// `receipts` is leaving_receipts() of the node's book; `changed` is called after every change, also by
  /// open().
  Drain(Clock& clock, MetaStore& meta, ChunkStore& chunks,
        std::function<std::uint64_t(WallTime since)> receipts, std::function<void()> changed)
      : clock_(clock),
        meta_(meta),
        chunks_(chunks),
        receipts_(std::move(receipts)),
        changed_(std::move(changed)) {}

  /// Once, at start. Errors: io, corrupt.
  Task<Result<void>> open();
  /// Durable on return; changes nothing where it drains already. Errors: io.
  Task<Result<void>> start();
  /// New shards are welcome again; what has gone is gone. Durable on return. Errors: io.
  Task<Result<void>> stop();
  bool is_draining() const { return started_.has_value(); }
  DrainStatus status() const;

 private:
  Clock& clock_;
  MetaStore& meta_;
  ChunkStore& chunks_;
  const std::function<std::uint64_t(WallTime)> receipts_;
  const std::function<void()> changed_;
  std::optional<WallTime> started_;
};

}  // namespace mycostr::holder
