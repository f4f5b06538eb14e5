// Shards that are in no agreement: nobody signs for them, so nobody pays for them. Their owner vanished
// before it signed, lost its disk, or never meant to pay. They are deleted after a while.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mycostr/chunk_store.hpp"
#include "mycostr/clock.hpp"
#include "mycostr/meta_store.hpp"

namespace mycostr::holder {

/// Loop thread only. References outlive it. Once a day while the node runs, all shards are looked at; one
/// that was found in no agreement on kDays of them in a row is deleted. So an owner has as many days on which
/// it could have signed, however long this node was off meanwhile. Its rows are x/<owner><shard> and
/// "unclaimed".
class Unclaimed {
 public:
  static constexpr std::uint64_t kDays = 30;

  struct Hooks {
    /// Whether the active agreement with its owner has it. Errors: io, corrupt.
    std::function<Task<Result<bool>>(ShardKey)> is_agreed;
    /// Durable on return. Errors: conflict (it has joined an agreement meanwhile), timeout, io, corrupt.
    std::function<Task<Result<void>>(ShardKey)> drop;
  };

  Unclaimed(Clock& clock, MetaStore& meta, ChunkStore& chunks, Hooks hooks)
      : clock_(clock), meta_(meta), chunks_(chunks), hooks_(std::move(hooks)) {}

  /// Until cancelled.
  Task<> run();

 private:
  struct Last {
    std::uint64_t look = 0;  ///< its number
    WallTime at;
  };
  enum class Fate { waits, counts_anew, gone, deleted };

  Task<Result<Duration>> look_if_due();
  Task<Result<std::optional<Last>>> last_look();
  Task<Result<void>> save(Last last);
  Task<Result<bool>> is_agreed(ShardKey key);
  Task<Result<void>> look(std::uint64_t number);
  Task<Result<void>> look_at_noted(std::uint64_t number);
  Task<Result<Fate>> fate_of(ShardKey key, std::string first_look, std::uint64_t number);
  Task<Result<void>> note_new(std::uint64_t number);

  Clock& clock_;
  MetaStore& meta_;
  ChunkStore& chunks_;
  const Hooks hooks_;
};

}  // namespace mycostr::holder
