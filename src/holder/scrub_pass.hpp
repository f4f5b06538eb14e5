// Where a pass of the scrubber stands, and its row on disk.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "mycostr/chunk_store.hpp"

namespace mycostr::holder {

struct ScrubPass {
  std::optional<WallTime> started;   ///< nothing before the first
  std::optional<ShardKey> position;  ///< last shard read
  ByteCount bytes_done;
  std::uint64_t bad_shards = 0;  ///< of all passes
  bool is_running = false;
  bool is_urgent = false;  ///< asked for: at full speed
  bool operator==(const ScrubPass&) const = default;
};

/// Format byte 1, flags (1 running, 2 urgent, 4 started, 8 position), then, big-endian, 8 bytes each:
/// started (Unix ms), bytes done, bad shards; the position's owner and shard, 32 bytes each.
std::string encode(const ScrubPass& pass);
/// Nothing where the row is none.
std::optional<ScrubPass> decode_scrub_pass(ByteView row);

}  // namespace mycostr::holder
