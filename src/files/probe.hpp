// A holder is asked whether it takes a shard before the shard goes to it: one that died a moment ago, is full
// or leaves costs a round trip then, not a chunk's transfer.
#pragma once

#include <vector>

#include "files/context.hpp"

namespace mycostr::files {

/// What is wanted of Eligible::pick(), and how large each shard is.
struct HoldersWanted {
  std::size_t copies = 0;
  std::vector<NodeId> held = {};  ///< keep a shard of the chunk
  ByteCount shard_size;
  /// May keep the very shard that is to be placed, and will be told to delete it: never picked.
  std::vector<NodeId> former = {};
};

/// Picks holders and asks all of them at once (operation "shards/offer"), but those that a shard came from or
/// went to within the last minute: they cost nothing. Who does not answer within three seconds, or refuses,
/// goes into `failed`, and others are picked and asked, up to three times. Where no others are left, nor
/// time, those picked stand as they are: a network that is down for a moment is no reason to refuse a file.
/// What is silent counts as not live. Fewer than wanted only where pick() has no more. Loop thread only; all
/// references outlive the task.
Task<std::vector<NodeId>> pick_answering(Context& context, const placement::Eligible& eligible,
                                         HoldersWanted wanted, std::vector<NodeId>& failed);

}  // namespace mycostr::files
